import { useCallback, useEffect, useMemo, useState } from 'react'
import type { ReadingTrace, ReconcileReport } from '../../../shared/domain/reconcile.ts'
import { useNodes } from '../../stores/nodes.ts'
import {
  cancelProof,
  exportProof,
  followReconcile,
  repairMissing,
  runProof,
  traceReading,
  useReconcile,
} from '../../stores/reconcile.ts'
import { currentPerson } from '../../stores/preferences.ts'
import { errorToData } from '../../../shared/domain/errors.ts'
import { messages } from '../../text/messages.ts'
import { downloadFile } from '../../ui/download.ts'
import { formatClock, formatCount, formatDuration, formatNoun } from '../../ui/format.ts'
import { LampMark } from '../../ui/marks/Lamp.tsx'
import { useRoute } from '../../ui/router.ts'
import { Scroll } from '../../ui/Scroll.tsx'
import { Segmented } from '../../ui/Segmented.tsx'
import { useShortcut } from '../../ui/shortcuts.ts'
import { SidePane, SidePaneButton } from '../../ui/SidePane.tsx'
import { closeSidePane, openSidePane } from '../../ui/sidePaneState.ts'
import { EmptyState, ErrorState, Skeleton } from '../../ui/states.tsx'
import { showFailure, showToast } from '../../ui/toast.tsx'
import { Balance } from './Balance.tsx'
import { Drill } from './Drill.tsx'
import { Hero, HeroActions } from './Hero.tsx'
import { Matrix } from './Matrix.tsx'
import type { Selected } from './Matrix.tsx'
import { buildMatrix, committedRows, datesOf, parseTraceQuery } from './proofModel.ts'
import type { GroupBy } from './proofModel.ts'
import { Trace } from './Trace.tsx'

const words = messages.proof
const PERIODS = ['7', '14', '30'] as const

/** The proof: a sentence, a balance that adds up, a matrix of days, and one reading followed to the bucket. */
export function ProofScreen() {
  useEffect(followReconcile, [])
  const { report, running, load, failure } = useReconcile()
  const nodes = useNodes((state) => state.list.length)
  const [isExporting, setExporting] = useState(false)
  useShortcut('R', words.checkAgain, () => void runProof(true))
  const onExport = () => {
    setExporting(true)
    void saveReport().finally(() => setExporting(false))
  }
  const progress =
    running === undefined
      ? undefined
      : words.progress(formatCount(running.objectsDone), formatCount(running.objectsTotal), running.nodeId)
  const actions = (
    <HeroActions
      progress={progress}
      isExporting={isExporting}
      canExport={report !== undefined}
      isMissing={report !== undefined && isAnyMissing(report)}
      onCheck={() => void runProof(true)}
      onReadAll={() => void runProof(false)}
      onRepair={() => void repair()}
      onCancel={cancelProof}
      onExport={onExport}
    />
  )
  return (
    <>
      <Hero report={report} nodes={nodes} actions={actions} />
      {failure !== undefined && (
        <ErrorState title={words.runFailed} error={errorToData(failure)} onRetry={() => void runProof(true)} />
      )}
      {report !== undefined ? (
        <>
          <Balance report={report} />
          <Evidence report={report} />
        </>
      ) : load.phase === 'failed' ? (
        <ErrorState error={load.error} onRetry={() => void runProof(true)} />
      ) : load.phase === 'ready' ? null : (
        <Skeleton />
      )}
    </>
  )
}

function isAnyMissing(report: ReconcileReport): boolean {
  return (
    report.totals.missing > 0 ||
    report.lanes.some((lane) => lane.findings.some((finding) => finding.kind === 'objectMissing'))
  )
}

async function repair(): Promise<void> {
  try {
    const repaired = await repairMissing(currentPerson())
    if (repaired === undefined) return
    const { objects, rows, report } = repaired
    const done = [
      ...(objects > 0 ? [words.putBack(formatNoun(objects, 'object'))] : []),
      ...(rows > 0 ? [words.redelivered(formatNoun(rows, 'row'))] : []),
    ]
    const isDone = done.length > 0
    showToast({
      state: isDone && !isAnyMissing(report) ? 'ok' : 'warn',
      title: isDone ? done.join(', ') : words.notRepaired,
      text: isDone ? words.repairedText : words.notRepairedText,
    })
  } catch (error) {
    showFailure(words.repairFailed, error)
  }
}

async function saveReport(): Promise<void> {
  try {
    const file = await exportProof('html')
    downloadFile(file.name, file.contentType, file.bytes)
    showToast({
      state: 'ok',
      title: words.exported(file.name),
      text: words.exportedText,
      actions: [{ label: words.exportJson, run: () => void saveJson() }],
    })
  } catch (error) {
    showFailure(words.exportFailed, error)
  }
}

async function saveJson(): Promise<void> {
  try {
    const file = await exportProof('json')
    downloadFile(file.name, file.contentType, file.bytes)
  } catch (error) {
    showFailure(words.exportFailed, error)
  }
}

function Evidence({ report }: { readonly report: ReconcileReport }) {
  const byId = useNodes((state) => state.byId)
  const [groupBy, setGroupBy] = useState<GroupBy>('site')
  const [period, setPeriod] = useState<(typeof PERIODS)[number]>('14')
  const [onlyDifferences, setOnlyDifferences] = useState(false)
  const [selected, setSelected] = useState<Selected>()
  const siteOf = useCallback((nodeId: string) => byId.get(nodeId)?.site ?? words.noSite, [byId])
  const dates = useMemo(() => datesOf(report, Number(period)), [report, period])
  const matrix = useMemo(() => buildMatrix(report, groupBy, dates, siteOf), [report, groupBy, dates, siteOf])
  const differing = matrix.filter((row) => row.missing + row.duplicated + row.different > 0)
  const rows = onlyDifferences ? differing : matrix
  const cell = matrix
    .find((row) => row.key === selected?.key)
    ?.cells.find((candidate) => candidate.date === selected?.date)
  const tracing = useTrace()
  const close = () => {
    setSelected(undefined)
    closeSidePane()
  }
  return (
    <div className="pf">
      <section className="pane">
        <div className="tablebar">
          <Segmented
            size="sm"
            label={words.groupBy}
            value={groupBy}
            options={(['site', 'node', 'table', 'route'] as const).map((value) => ({
              value,
              label: words.groups[value],
            }))}
            onChange={(value) => {
              setGroupBy(value)
              setSelected(undefined)
            }}
          />
          <Segmented
            size="sm"
            label={words.period}
            value={period}
            options={PERIODS.map((value) => ({ value, label: words.days(Number(value)) }))}
            onChange={setPeriod}
          />
          <span className="grow" />
          <SidePaneButton label={words.side} />
          <button
            type="button"
            className={`chip${onlyDifferences ? ' on' : ''}`}
            aria-pressed={onlyDifferences}
            onClick={() => setOnlyDifferences(!onlyDifferences)}
          >
            {words.onlyDifferences} <b>{formatCount(differing.length)}</b>
          </button>
        </div>
        {matrix.length === 0 ? (
          <EmptyState title={words.emptyTitle}>{words.neverText}</EmptyState>
        ) : (
          <Matrix
            rows={rows}
            dates={dates}
            groupLabel={words.groups[groupBy]}
            selected={selected}
            onSelect={(picked) => {
              setSelected(picked)
              openSidePane()
            }}
          />
        )}
        <Session />
      </section>
      <SidePane className="pf-side" label={words.side}>
        <div className="scroll">
          {cell === undefined || selected === undefined ? (
            <p className="small t3 pf-hint">{words.pickDay}</p>
          ) : (
            <Drill group={selected.key} cell={cell} onClose={close} onTrace={tracing.start} />
          )}
          <Trace
            text={tracing.text}
            onText={tracing.setText}
            trace={tracing.trace}
            isTracing={tracing.isTracing}
            onTrace={tracing.start}
          />
          {report.unknownObjects.length > 0 && (
            <p className="small c-warn pf-hint">
              {words.unknownObjects(formatNoun(report.unknownObjects.length, 'object'))}
            </p>
          )}
        </div>
      </SidePane>
    </div>
  )
}

/** The trace asked for in the address, or by a finding, or by hand. */
function useTrace() {
  const { query } = useRoute()
  const asked = query.get('trace')
  const [text, setText] = useState(asked ?? '')
  const [trace, setTrace] = useState<ReadingTrace>()
  const [isTracing, setTracing] = useState(false)
  const start = useCallback((nodeId: string, sequence: number, route?: string) => {
    setText(`${nodeId} / ${formatCount(sequence)}`)
    setTracing(true)
    traceReading(nodeId, sequence, route)
      .then(setTrace, (error: unknown) => showFailure(words.traceFailed, error))
      .finally(() => setTracing(false))
  }, [])
  useEffect(() => {
    const wanted = asked === null ? undefined : parseTraceQuery(asked)
    if (wanted !== undefined) start(wanted.nodeId, wanted.sequence)
  }, [asked, start])
  return { text, setText, trace, isTracing, start }
}

function Session() {
  const past = useReconcile((state) => state.past)
  if (past.length < 2) return null
  return (
    <Scroll label={words.session} className="pf-past">
      <div className="row">
        <h2 className="h2">{words.session}</h2>
        <span className="t3 micro">{words.sessionHint}</span>
      </div>
      <table className="tbl">
        <tbody>
          {past.map((report) => (
            <tr key={report.takenAtMs}>
              <td>{formatClock(report.takenAtMs)}</td>
              <td>
                <LampMark state={report.isClean ? 'ok' : 'bad'}>
                  {words.broken(formatCount(report.totals.missing), formatCount(report.totals.duplicated))}
                </LampMark>
              </td>
              <td className="t2">{report.isFull ? words.full : words.quick}</td>
              <td className="num">{formatNoun(committedRows(report), 'row')}</td>
              <td className="num t2">{formatDuration(report.tookMs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}
