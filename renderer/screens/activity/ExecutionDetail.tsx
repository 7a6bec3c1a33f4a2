import type { Execution } from '../../../shared/domain/execution.ts'
import { retryUploads } from '../../stores/executions.ts'
import { useNodes } from '../../stores/nodes.ts'
import { messages } from '../../text/messages.ts'
import { Age, Until } from '../../ui/Age.tsx'
import { Button } from '../../ui/Button.tsx'
import { cliCommand } from '../../ui/cli.ts'
import { copyText } from '../../ui/copy.ts'
import { CopyCli } from '../../ui/CopyButton.tsx'
import { formatBytes, formatClock, formatCount, formatDuration, formatNoun, formatRange } from '../../ui/format.ts'
import { KeyValues } from '../../ui/KeyValues.tsx'
import { LampMark } from '../../ui/marks/Lamp.tsx'
import { TypeTag } from '../../ui/marks/TypeTag.tsx'
import { href, navigateTo } from '../../ui/router.ts'
import { useShortcut } from '../../ui/shortcuts.ts'
import { Note } from '../../ui/states.tsx'
import { showFailure, showToast } from '../../ui/toast.tsx'
import { STATE_MARKS } from './activityRows.ts'
import type { ActivityRow } from './activityRows.ts'

const words = messages.activity.detail

/** One execution explained: what happened, what is safe, the next try, the remedy, its steps and its codes. */
export function ExecutionDetail({ row, execution }: { readonly row: ActivityRow; readonly execution: Execution }) {
  const { failure, state } = execution
  const isFailing = failure !== undefined && state !== 'succeeded'
  return (
    <>
      <div className="sec">
        <div className="row">
          <LampMark state={STATE_MARKS[row.state] ?? 'none'} />
          <h2 className="lead grow">{row.what}</h2>
          <span className="t3 small nowrap">
            <Age sinceMs={isFailing ? execution.claimedAtMs : row.atMs} />
          </span>
        </div>
        {isFailing ? (
          <FailureHelp execution={execution} failure={failure} />
        ) : (
          <p className="t2 row wrap">
            {execution.nodeId} <TypeTag type={execution.route} />
          </p>
        )}
      </div>
      {isFailing && failure.hint !== undefined && (
        <div className="sec">
          <h2 className="h2">{words.remedy}</h2>
          <p className="small t2">{failure.hint}</p>
        </div>
      )}
      <div className="sec">
        <h2 className="h2">{words.attempts}</h2>
        <Steps execution={execution} />
      </div>
      <div className="sec">
        <Facts execution={execution} />
        <div className="row acts">
          <a className="btn sm" href={href('buckets', execution.bucket, prefixOf(execution))}>
            {words.openBucket}
          </a>
          <a className="btn sm ghost" href={href('node', execution.nodeId)}>
            {words.openNode}
          </a>
        </div>
      </div>
    </>
  )
}

function prefixOf({ route, table, nodeId }: Execution): string {
  return `${route}/table=${table}/node=${nodeId}/`
}

function FailureHelp({
  execution,
  failure,
}: {
  readonly execution: Execution
  readonly failure: NonNullable<Execution['failure']>
}) {
  const { nodeId, attempt, fromSeq, toSeq } = execution
  const backlog = useNodes((state) => state.byId.get(nodeId)?.backlog) ?? toSeq - fromSeq + 1
  const retry = () =>
    void retryUploads(nodeId).then(
      () => showToast({ state: 'none', title: words.retried(nodeId) }),
      (error: unknown) => showFailure(words.retryFailed, error),
    )
  const command = cliCommand('upload', '--once', '--node', nodeId)
  useShortcut('R', words.retry, retry)
  useShortcut('Ctrl Shift C', messages.actions.copyCli, () => {
    void copyText(command).then(
      (isCopied) => isCopied && showToast({ state: 'ok', title: messages.actions.copied, text: command }),
    )
  })
  return (
    <>
      <p className="t2">{words.safe(nodeId, formatNoun(backlog, 'row'))}</p>
      <Note tone="warn" icon="clock">
        <b>
          <Until atMs={failure.nextRetryMs} before={words.nextTry} due={messages.load.tryingNow} />
        </b>
        , {words.nth(ordinal(attempt + 1))}
      </Note>
      <div className="row acts">
        <Button kind="primary" icon="retry" keys="R" onClick={retry}>
          {words.retry}
        </Button>
        {failure.code === 'denied' && (
          <Button icon="key" onClick={() => navigateTo('settings/store?test=1')}>
            {words.testAccess}
          </Button>
        )}
        <CopyCli command={command} />
      </div>
    </>
  )
}

function ordinal(n: number): string {
  const teen = n % 100 >= 11 && n % 100 <= 13
  const ending = teen ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th')
  return `${n}${ending}`
}

function Steps({ execution }: { readonly execution: Execution }) {
  const { claimedAtMs, finishedAtMs, fromSeq, toSeq, state, bytes, failure, attempt, counts } = execution
  const isEncoded = state === 'encoded' || state === 'succeeded'
  const rows = formatNoun(toSeq - fromSeq + 1, 'row')
  return (
    <ol className="steps">
      <li>
        <span className="t3">{formatClock(claimedAtMs)}</span>
        <LampMark state="ok" />
        <span>{words.claimed(formatRange(fromSeq, toSeq))}</span>
      </li>
      {isEncoded && (
        <li>
          <span className="t3" />
          <LampMark state="ok" />
          <span>{words.encoded(rows, formatBytes(bytes))}</span>
        </li>
      )}
      {failure !== undefined && (
        <li>
          <span className="t3">{formatClock(failure.atMs)}</span>
          <LampMark state={state === 'succeeded' ? 'warn' : 'bad'} />
          <span>{words.failedTimes(failure.message, ordinal(attempt))}</span>
        </li>
      )}
      {finishedAtMs !== undefined && (
        <li>
          <span className="t3">{formatClock(finishedAtMs)}</span>
          <LampMark state={state === 'succeeded' ? 'ok' : 'warn'} />
          <span>
            {state === 'succeeded' ? words.committed(formatNoun(counts.read, 'row')) : messages.activity.what.abandoned}
          </span>
        </li>
      )}
    </ol>
  )
}

function Facts({ execution }: { readonly execution: Execution }) {
  const {
    id,
    bucket,
    table,
    epoch,
    pipelineRevision,
    counts,
    bytes,
    failure,
    fromSeq,
    toSeq,
    claimedAtMs,
    finishedAtMs,
  } = execution
  const count = (n: number) => (n === 0 ? undefined : formatCount(n))
  return (
    <KeyValues
      entries={[
        { key: words.execution, value: String(id), isMono: true },
        { key: words.sequence, value: formatRange(fromSeq, toSeq), isMono: true },
        { key: words.read, value: count(counts.read) },
        { key: words.kept, value: count(counts.kept) },
        { key: words.rejected, value: count(counts.rejected) },
        { key: words.filtered, value: count(counts.filtered) },
        { key: words.aggregated, value: count(counts.aggregated) },
        { key: words.bytes, value: bytes === 0 ? undefined : formatBytes(bytes) },
        { key: words.took, value: finishedAtMs === undefined ? undefined : formatDuration(finishedAtMs - claimedAtMs) },
        { key: words.bucket, value: bucket, isMono: true },
        { key: words.table, value: table, isMono: true },
        { key: words.epoch, value: epoch, isMono: true },
        { key: words.revision, value: String(pipelineRevision) },
        { key: words.code, value: failure?.code, isMono: true },
      ]}
    />
  )
}
