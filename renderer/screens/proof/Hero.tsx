import type { ReconcileReport } from '../../../shared/domain/reconcile.ts'
import { messages } from '../../text/messages.ts'
import { Age } from '../../ui/Age.tsx'
import { Button } from '../../ui/Button.tsx'
import { formatClock, formatCount, formatDuration, formatNoun } from '../../ui/format.ts'
import { MoreMenu } from '../../ui/MoreMenu.tsx'
import { committedRows } from './proofModel.ts'

const words = messages.proof

interface HeroProps {
  readonly report: ReconcileReport | undefined
  readonly nodes: number
  readonly actions: React.ReactNode
}

/** The sentence of the proof, readable aloud, with how it was found. */
export function Hero({ report, nodes, actions }: HeroProps) {
  const tone = report === undefined ? 'off' : report.isClean ? 'ok' : 'bad'
  return (
    <div className="pf-hero">
      <Seal tone={tone} />
      <div className="col grow gap-1">
        <h1 className={`pf-sentence c-${tone}`}>{sentence(report)}</h1>
        <div className="t2">
          <Explanation report={report} nodes={nodes} />
        </div>
      </div>
      <div className="col pf-actions">
        <div className="row">{actions}</div>
        {report !== undefined && (
          <span className="micro t3">
            {words.checkedAt(formatClock(report.takenAtMs))} <Age sinceMs={report.takenAtMs} />
            {words.took(formatDuration(report.tookMs))}
          </span>
        )}
      </div>
    </div>
  )
}

function sentence(report: ReconcileReport | undefined): string {
  if (report === undefined) return words.never
  const { missing, duplicated, different } = report.totals
  const base = words.broken(formatCount(missing), formatCount(duplicated))
  return different === 0 ? base : `${base}, ${words.differing(formatCount(different))}`
}

function Explanation({ report, nodes }: Pick<HeroProps, 'report' | 'nodes'>) {
  if (report === undefined) return <>{words.neverText}</>
  if (!report.isClean) {
    const findings = report.lanes.reduce((sum, lane) => sum + lane.findings.length, 0) + report.unknownObjects.length
    return <>{words.brokenSentence(formatNoun(findings, 'finding'))}</>
  }
  const [before, rows, after] = words.accounted(formatCount(committedRows(report)), formatNoun(nodes, 'node'))
  const objects = formatNoun(report.totals.objects, 'object')
  return (
    <>
      {before}
      <b className="medium pf-strong">{rows}</b>
      {after} {report.isFull ? words.readBack(objects) : words.quickRead(objects)}
    </>
  )
}

/** The sluice: open and running when clean, its plate down when not. */
function Seal({ tone }: { readonly tone: 'ok' | 'bad' | 'off' }) {
  return (
    <svg className={`pf-seal ${tone}`} viewBox="0 0 64 64" fill="none" aria-hidden="true">
      <rect className="frame" x="1.5" y="1.5" width="61" height="61" rx="10" />
      {tone === 'bad' ? (
        <>
          <path className="post" d="M15 13h34v38h-7V20H22v31h-7z" />
          <path className="plate" d="M26 23h12v28H26z" />
          <path className="post" d="M5 45.5h8v6H5z" />
        </>
      ) : (
        <>
          <path className="post" d="M15 13h34v28h-7V20H22v21h-7z" />
          <path className="plate" d="M26 20h12v12H26z" />
          <path className="post" d="M8 45.5h48v6H8z" />
        </>
      )}
    </svg>
  )
}

/** Buttons of the hero: what runs, how far it is, or what can be started. */
export function HeroActions({
  progress,
  isExporting,
  canExport,
  isMissing,
  onCheck,
  onReadAll,
  onRepair,
  onCancel,
  onExport,
}: {
  readonly progress: string | undefined
  readonly isExporting: boolean
  readonly canExport: boolean
  readonly isMissing: boolean
  readonly onCheck: () => void
  readonly onReadAll: () => void
  readonly onRepair: () => void
  readonly onCancel: () => void
  readonly onExport: () => void
}) {
  if (progress !== undefined) {
    return (
      <>
        <span className="small t2" role="status">
          {progress}
        </span>
        <Button onClick={onCancel}>{words.cancel}</Button>
      </>
    )
  }
  return (
    <>
      <Button className="hide-1280" onClick={onReadAll}>
        {words.readEverything}
      </Button>
      <Button icon="retry" keys="R" kind={canExport ? 'default' : 'primary'} onClick={onCheck}>
        {canExport ? words.checkAgain : words.checkFirst}
      </Button>
      {canExport && (
        <Button
          className={isMissing ? 'hide-1280' : ''}
          kind={isMissing ? 'default' : 'primary'}
          icon="download"
          disabled={isExporting}
          onClick={onExport}
        >
          {words.exportReport}
        </Button>
      )}
      {isMissing && (
        <Button kind="primary" onClick={onRepair}>
          {words.repair}
        </Button>
      )}
      <MoreMenu
        items={[
          { label: words.readEverything, icon: 'proof', onClick: onReadAll },
          ...(isMissing ? [{ label: words.exportReport, icon: 'download', onClick: onExport } as const] : []),
        ]}
      />
    </>
  )
}
