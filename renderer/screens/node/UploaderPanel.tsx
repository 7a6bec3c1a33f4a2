import type { NodeSummary } from '../../../shared/domain/node.ts'
import type { Execution } from '../../../shared/domain/execution.ts'
import { retryUploads, useExecutions } from '../../stores/executions.ts'
import { messages } from '../../text/messages.ts'
import { Age, Until } from '../../ui/Age.tsx'
import { Button } from '../../ui/Button.tsx'
import { drainText } from '../../ui/drain.ts'
import {
  formatBytes,
  formatClock,
  formatCount,
  formatDuration,
  formatNoun,
  formatRange,
  formatRate,
} from '../../ui/format.ts'
import { KeyValues } from '../../ui/KeyValues.tsx'
import { LampMark } from '../../ui/marks/Lamp.tsx'
import { TypeTag } from '../../ui/marks/TypeTag.tsx'
import { Badge, Note } from '../../ui/states.tsx'
import { showFailure } from '../../ui/toast.tsx'

const words = messages.node.uploader
const SHOWN = 3
const STEP_OF: Readonly<Record<Execution['state'], number>> = { claimed: 1, encoded: 2, succeeded: 4, abandoned: 4 }

/** How the uploader stands on the node: the step it is at, its position, and what holds it up with the next try. */
export function UploaderPanel({ node }: { readonly node: NodeSummary }) {
  const executions = useExecutions((state) => state.list)
  const own = executions.filter((execution) => execution.nodeId === node.nodeId)
  const open = own.find((execution) => execution.state === 'claimed' || execution.state === 'encoded')
  const lane = node.lanes.find((candidate) => candidate.isActive) ?? node.lanes[0]
  const others = node.lanes.filter((candidate) => candidate !== lane)
  return (
    <section>
      <div className="row">
        <h2 className="h2">{words.title}</h2>
        <span className="grow" />
        <Badge tone={node.uploadState === 'uploading' ? 'accent' : node.failure === undefined ? 'off' : 'bad'}>
          {words.states[node.uploadState]}
        </Badge>
      </div>
      <Steps execution={open} />
      {node.failure !== undefined && (
        <Note tone="bad">
          <b>{node.failure.message}</b> {node.failure.hint}
          <div className="row nd-failure">
            {node.nextRetryMs !== undefined && (
              <span>
                {words.nextRetry} <Until atMs={node.nextRetryMs} />
              </span>
            )}
            <span className="grow" />
            <Button
              size="sm"
              icon="retry"
              onClick={() => void retryUploads(node.nodeId).catch((error: unknown) => showFailure(words.retry, error))}
            >
              {words.retry}
            </Button>
          </div>
        </Note>
      )}
      <KeyValues
        entries={[
          { key: words.acked, value: lane === undefined ? words.none : formatCount(lane.ackedSeq) },
          { key: words.claimed, value: open === undefined ? undefined : formatRange(open.fromSeq, open.toSeq) },
          { key: words.backlog, value: `${formatNoun(node.backlog, 'row')}, ${drainText(node.drain)}` },
          {
            key: words.pending,
            value:
              lane === undefined || lane.pendingBackfill === 0 ? undefined : formatNoun(lane.pendingBackfill, 'row'),
          },
          { key: words.rate, value: node.rowsPerSecond === undefined ? undefined : formatRate(node.rowsPerSecond) },
          {
            key: words.delivered,
            value: `${formatNoun(node.rowsDelivered, 'row')}, ${formatBytes(node.bytesDelivered)}`,
          },
          { key: words.quarantined, value: node.quarantined === 0 ? undefined : formatNoun(node.quarantined, 'row') },
          {
            key: words.since,
            value: node.failingSinceMs === undefined ? undefined : <Age sinceMs={node.failingSinceMs} />,
          },
          {
            key: words.holder,
            value: node.holder === undefined ? undefined : words.holderOf(node.holder.pid, node.holder.host),
          },
          ...others.map((other) => ({
            key: words.lane(other.route),
            value: words.laneAt(formatCount(other.ackedSeq), formatNoun(other.backlog, 'row')),
          })),
        ]}
      />
      <table className="tbl nd-last">
        <tbody>
          {own.slice(0, SHOWN).map((execution) => (
            <tr key={execution.id}>
              <td className="t2">{formatClock(execution.claimedAtMs)}</td>
              <td>
                <TypeTag type={execution.route} />
              </td>
              <td className="num">{formatNoun(execution.counts.read, 'row')}</td>
              <td>
                <LampMark
                  state={execution.failure === undefined ? (execution.state === 'succeeded' ? 'ok' : 'off') : 'bad'}
                >
                  {execution.finishedAtMs === undefined
                    ? (execution.failure?.code ?? execution.state)
                    : formatDuration(execution.finishedAtMs - execution.claimedAtMs)}
                </LampMark>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Steps({ execution }: { readonly execution: Execution | undefined }) {
  const at = execution === undefined ? 0 : STEP_OF[execution.state]
  return (
    <div className="nd-steps" role="img" aria-label={words.steps[at] ?? words.title}>
      {words.steps.map((step, index) => (
        <i key={step} className={index < at ? 'd' : index === at && execution !== undefined ? 'n' : undefined} />
      ))}
      {words.steps.map((step, index) => (
        <span key={step} className={index === at && execution !== undefined ? 'n' : undefined}>
          {step}
        </span>
      ))}
    </div>
  )
}
