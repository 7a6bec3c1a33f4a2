import type { ReconcileFinding } from '../../../shared/domain/reconcile.ts'
import { messages } from '../../text/messages.ts'
import { Button } from '../../ui/Button.tsx'
import { formatCount } from '../../ui/format.ts'
import { TypeTag } from '../../ui/marks/TypeTag.tsx'
import { Badge } from '../../ui/states.tsx'
import type { ProofCell } from './proofModel.ts'

const words = messages.proof

/** One day of one group: each node and route with its rows on both sides, and what does not match by name. */
export function Drill({
  group,
  cell,
  onClose,
  onTrace,
}: {
  readonly group: string
  readonly cell: ProofCell
  readonly onClose: () => void
  readonly onTrace: (nodeId: string, sequence: number, route: string) => void
}) {
  const findings = cell.entries.flatMap(({ lane }) =>
    lane.findings.map((finding) => ({ nodeId: lane.nodeId, finding })),
  )
  return (
    <>
      <div className="row pf-drill-head">
        <h2 className="h2">{words.drillTitle(group, cell.date)}</h2>
        <Badge tone={toneOf(cell.kind)}>{words.cells[cell.kind]}</Badge>
        <span className="grow" />
        <Button kind="ghost" size="sm" icon="x" aria-label={words.close} onClick={onClose} />
      </div>
      {cell.entries.length === 0 && <p className="small t3 pf-trace-note pf-none">{words.drillNone}</p>}
      <table className="tbl pf-drill" hidden={cell.entries.length === 0}>
        <thead>
          <tr>
            <th>{words.columns.node}</th>
            <th>{words.columns.route}</th>
            <th className="num">{words.columns.source}</th>
            <th className="num">{words.columns.bucket}</th>
            <th className="num">{words.columns.quarantined}</th>
            <th className="num">{words.columns.difference}</th>
          </tr>
        </thead>
        <tbody>
          {cell.entries.map(({ lane, day }) => {
            const difference = day.missing + day.duplicated + day.different
            return (
              <tr key={`${lane.nodeId}/${lane.epoch}/${lane.route}`}>
                <td className="medium" title={lane.nodeId}>
                  {lane.nodeId}
                </td>
                <td>
                  <TypeTag type={lane.route} />
                </td>
                <td className="num">{formatCount(day.sourceRows)}</td>
                <td className="num">{formatCount(day.bucketRows)}</td>
                <td className={`num ${day.quarantined > 0 ? 'c-warn' : 't3'}`}>{formatCount(day.quarantined)}</td>
                <td className={`num medium ${difference > 0 ? 'c-bad' : 'c-ok'}`}>{formatCount(difference)}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
      {findings.length > 0 && <Findings findings={findings} onTrace={onTrace} />}
    </>
  )
}

function toneOf(kind: ProofCell['kind']): 'ok' | 'bad' | 'off' {
  if (kind === 'bad') return 'bad'
  return kind === 'wait' || kind === 'none' ? 'off' : 'ok'
}

const SHOWN = 50

function Findings({
  findings,
  onTrace,
}: {
  readonly findings: readonly { readonly nodeId: string; readonly finding: ReconcileFinding }[]
  readonly onTrace: (nodeId: string, sequence: number, route: string) => void
}) {
  return (
    <div className="sec">
      <h2 className="h2">{words.findings}</h2>
      <ul className="pf-findings">
        {findings.slice(0, SHOWN).map(({ nodeId, finding }) => (
          <li key={`${nodeId}/${finding.kind}/${finding.route}/${finding.sequence ?? ''}/${finding.key ?? ''}`}>
            <Badge tone="bad">{words.findingKinds[finding.kind]}</Badge>
            <span className="grow small">{finding.message}</span>
            {finding.sequence !== undefined && (
              <Button size="sm" kind="ghost" onClick={() => onTrace(nodeId, finding.sequence as number, finding.route)}>
                {words.traceDo}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </div>
  )
}
