import type { AttentionEntry } from '../../../shared/domain/attention.ts'
import type { Execution } from '../../../shared/domain/execution.ts'
import type { LampState } from '../../../shared/domain/lampTypes.ts'
import type { AuditRecord } from '../../../shared/ipc/contract.ts'
import { messages } from '../../text/messages.ts'
import { formatCount, formatNoun, formatRange } from '../../ui/format.ts'

const words = messages.activity
/** A failure that has lasted this long is a stall; the same minute that promise P7 names. */
const STALL_MS = 60_000

export type ActivityStateId = keyof typeof words.states

/** One line of the stream: an execution, a change from the audit trail, or a wait that only attention knows of. */
export interface ActivityRow {
  readonly id: string
  readonly atMs: number
  readonly state: ActivityStateId
  readonly node: string
  readonly route: string | undefined
  readonly what: string
  readonly sequence: string
  /** How long it took; undefined while it is under way, then `sinceMs` counts. */
  readonly tookMs: number | undefined
  readonly sinceMs: number | undefined
  readonly actor: string | undefined
  readonly source:
    | { readonly kind: 'execution'; readonly execution: Execution }
    | { readonly kind: 'change'; readonly record: AuditRecord }
    | { readonly kind: 'wait'; readonly entry: AttentionEntry }
}

/** The mark of a state; `change` and the steps under way have an icon instead. */
export const STATE_MARKS: Readonly<Record<ActivityStateId, LampState | undefined>> = {
  done: 'ok',
  claimed: undefined,
  putting: undefined,
  retrying: 'warn',
  stalled: 'bad',
  setAside: 'warn',
  waiting: 'off',
  change: undefined,
}

const executionRows = new WeakMap<Execution, ActivityRow>()
const changeRows = new WeakMap<AuditRecord, ActivityRow>()

/** How an execution stands, from what is durable about it. */
export function executionState({ state, failure, claimedAtMs }: Execution): ActivityStateId {
  if (state === 'succeeded') return 'done'
  if (state === 'abandoned') return 'setAside'
  if (failure !== undefined) return failure.atMs - claimedAtMs >= STALL_MS ? 'stalled' : 'retrying'
  return state === 'encoded' ? 'putting' : 'claimed'
}

/** The line of an execution; the same object as long as the execution is the same. */
export function executionRow(execution: Execution): ActivityRow {
  const known = executionRows.get(execution)
  if (known !== undefined) return known
  const { id, nodeId, route, finishedAtMs, claimedAtMs, failure, fromSeq, toSeq } = execution
  const row: ActivityRow = {
    id: `execution:${id}`,
    atMs: finishedAtMs ?? failure?.atMs ?? claimedAtMs,
    state: executionState(execution),
    node: nodeId,
    route,
    what: executionWords(execution),
    sequence: formatRange(fromSeq, toSeq),
    tookMs: finishedAtMs === undefined ? undefined : finishedAtMs - claimedAtMs,
    sinceMs: finishedAtMs === undefined ? claimedAtMs : undefined,
    actor: undefined,
    source: { kind: 'execution', execution },
  }
  executionRows.set(execution, row)
  return row
}

function executionWords(execution: Execution): string {
  const { state, failure, counts, attempt, kind, fromSeq, toSeq } = execution
  const { what } = words
  const claimed = formatNoun(toSeq - fromSeq + 1, 'row')
  if (failure !== undefined && state !== 'succeeded') return failure.message
  if (state === 'abandoned') return what.abandoned
  if (state !== 'succeeded') return state === 'encoded' ? what.putting(claimed) : what.claimed(claimed)
  const rows = formatNoun(counts.read, 'row')
  const base = attempt > 1 ? what.recovered(rows, attempt) : what.committed(rows)
  const tail = [
    counts.aggregated > 0 ? `${base} ${what.windows}` : base,
    counts.rejected > 0 && what.quarantined(formatCount(counts.rejected)),
    counts.filtered > 0 && what.filtered(formatCount(counts.filtered)),
  ].filter((part) => part !== false)
  return kind === 'gap' ? `${what.gap}: ${tail.join(', ')}` : tail.join(', ')
}

/** The line of a change; the same object as long as the record is the same. */
export function changeRow(record: AuditRecord): ActivityRow {
  const known = changeRows.get(record)
  if (known !== undefined) return known
  const { id, atMs, actor, action, subject, after, reason } = record
  const isSwitch = action === 'pipelines.set'
  const row: ActivityRow = {
    id: `change:${id}`,
    atMs,
    state: 'change',
    node: lastPart(subject),
    route: isSwitch ? after : undefined,
    what: [`${auditWords(record)} ${words.by(actor)}`, reason].filter((part) => part !== undefined).join(': '),
    sequence: '',
    tookMs: undefined,
    sinceMs: undefined,
    actor,
    source: { kind: 'change', record },
  }
  changeRows.set(record, row)
  return row
}

/** The workspace is named by its folder in the trail; its last part says as much on one line. */
function lastPart(subject: string): string {
  return subject.split(/[\\/]/).findLast((part) => part !== '') ?? subject
}

/** What a change did, in words: the action, and from what to what where that is short. */
export function auditWords({ action, before, after }: AuditRecord): string {
  const verb = words.audit[action] ?? action
  const isShort = (text: string | undefined): text is string =>
    text !== undefined && text.length <= 40 && !text.includes('\n')
  if (isShort(before) && isShort(after)) return `${verb} ${words.change(before, after)}`
  return isShort(after) ? `${verb} ${after}` : verb
}

export function waitRow(entry: AttentionEntry): ActivityRow {
  const { id, sinceMs, title, message } = entry
  return {
    id: `wait:${id}`,
    atMs: sinceMs,
    state: 'waiting',
    node: title,
    route: undefined,
    what: message,
    sequence: '',
    tookMs: undefined,
    sinceMs,
    actor: undefined,
    source: { kind: 'wait', entry },
  }
}
