import type { Remedy } from '../../../../shared/domain/attention.ts'
import { ERROR_CODES } from '../../../../shared/domain/errors.ts'
import type { ErrorData } from '../../../../shared/domain/errors.ts'
import { listOpenExecutions } from '../../db/ledger/executions.ts'
import { finding } from '../port.ts'
import type { DoctorPorts, Finding, NodeCheck, Notice, UploadView } from '../port.ts'
import { isOutOfReach } from './permissions.ts'
import { formatAge, formatDuration } from '../words.ts'

/** A failure that is tried again may pass by itself within this time; after it, it is told. */
const PATIENCE_MS = 15_000
const STALLED_AFTER_MS = 60_000

/** The uploader makes no progress on a node: why, since when, when it tries again. */
export const stalledCheck: NodeCheck = {
  id: 'stalled',
  scope: 'node',
  isCheap: true,
  examine(ports, node) {
    const view = ports.uploads().find((candidate) => candidate.nodeId === node.id)
    if (view?.state === 'readOnly' && view.holder !== undefined) return [heldByOther(node.id, view, view.holder)]
    const trouble = troubleOf(ports, node.id, view)
    if (trouble !== undefined) {
      // One entry per cause: a file that is gone is told by its own check.
      const isToldElsewhere = trouble.failure.details?.['action'] === undefined && isOutOfReach(node)
      return judgeTrouble(ports, node.id, trouble).map((found) =>
        isToldElsewhere ? { ...found, notice: undefined } : found,
      )
    }
    const evidence = describePass(ports, view)
    return [finding('stalled', node.id, 'ok', { title: 'Uploading works', evidence, why: WHY }, node.id)]
  },
  fix(ports, node) {
    ports.nudge(node.id)
    return { before: 'waiting for the next try', after: 'tried at once', undo: undefined }
  },
}

const WHY = 'Rows wait on the node until they can be delivered; nothing is lost, but what is in the bucket grows old.'

function describePass(ports: DoctorPorts, view: UploadView | undefined): string {
  if (view?.state === 'paused') return 'A person paused this node.'
  if (view?.lastPassAtMs === undefined) return 'Not looked at since the start.'
  return `Last pass ${formatDuration(ports.clock.now() - view.lastPassAtMs)} ago, without failure.`
}

/** Why a node makes no progress: as this process saw it, or as the ledger keeps it for one that died or runs elsewhere. */
interface Trouble {
  readonly failure: ErrorData
  readonly sinceMs: number
  readonly nextRetryMs: number | undefined
  readonly isLink: boolean
}

function troubleOf(ports: DoctorPorts, nodeId: string, view: UploadView | undefined): Trouble | undefined {
  if (view?.failure !== undefined) {
    return {
      failure: view.failure,
      sinceMs: view.failingSinceMs ?? ports.clock.now(),
      nextRetryMs: view.nextRetryMs,
      // Nothing, or nothing that is the store, answered.
      isLink: view.failure.code === 'unavailable' && view.failure.details?.['action'] !== undefined,
    }
  }
  if (view?.lastPassAtMs !== undefined) return undefined
  const failing = listOpenExecutions(ports.ledger(), nodeId).find((execution) => execution.failure !== undefined)
  if (failing?.failure === undefined) return undefined
  const { code, message, hint, nextRetryMs } = failing.failure
  const known = ERROR_CODES.find((candidate) => candidate === code) ?? 'internal'
  return {
    failure: {
      code: known,
      message,
      retryable: ['unavailable', 'throttled', 'diskFull'].includes(known),
      ...(hint === undefined ? {} : { hint }),
    },
    sinceMs: failing.claimedAtMs,
    nextRetryMs,
    isLink: known === 'unavailable' && !/database/i.test(message),
  }
}

function judgeTrouble(ports: DoctorPorts, nodeId: string, trouble: Trouble): readonly Finding[] {
  const { failure, sinceMs, isLink } = trouble
  const age = ports.clock.now() - sinceMs
  if (failure.retryable && age < PATIENCE_MS) return []
  const verdict = failure.retryable && age < STALLED_AFTER_MS ? 'warn' : 'bad'
  const remedy = remedyFor(nodeId, failure)
  const waiting = ports.summaries().find((summary) => summary.nodeId === nodeId)?.backlog
  const notice: Notice = {
    cause: isLink ? 'link' : `${failure.code} ${withoutNames(failure.message)}`,
    severity: isLink ? 'off' : verdict,
    message: isLink ? `No link for ${formatAge(age)}` : trimPeriod(failure.message),
    detail: isLink ? 'Nothing to do: the rows are delivered once the link is back' : trimPeriod(failure.hint),
    sinceMs,
    nextRetryMs: trouble.nextRetryMs,
    waitingRows: isLink ? waiting : undefined,
  }
  return [
    finding(
      'stalled',
      nodeId,
      verdict,
      {
        title: isLink ? 'No link to the store' : 'Uploading is stalled',
        evidence: `${failure.message} Failing for ${formatDuration(age)}.`,
        why: WHY,
        remedy,
        isFixable: remedy.method === 'uploads.retry',
        notice,
      },
      nodeId,
    ),
  ]
}

function remedyFor(nodeId: string, failure: ErrorData): Remedy {
  const action = failure.details?.['action']
  if (failure.code === 'denied' && (action !== undefined || failure.message.includes('is not allowed'))) {
    return {
      verb: 'Show policy',
      detail: failure.hint ?? 'Grant the missing right to the uploader.',
      command: 'fieldgate access policy uploader',
      screen: 'settings/store',
    }
  }
  if (failure.code === 'notFound' && typeof action === 'string') {
    return {
      verb: 'Create bucket',
      detail: failure.hint ?? '',
      command: 'fieldgate buckets create',
      screen: 'settings/store',
    }
  }
  if (failure.code === 'throttled' && /budget/.test(failure.message)) {
    return { verb: 'Raise budget', detail: failure.hint ?? '', screen: 'settings/links' }
  }
  if (failure.code === 'corrupt') {
    return { verb: 'Run doctor', detail: failure.hint ?? '', method: 'doctor.run', input: { nodeId } }
  }
  return {
    verb: 'Retry now',
    detail: failure.hint ?? 'Tries again at once.',
    method: 'uploads.retry',
    input: { nodeId },
  }
}

function heldByOther(nodeId: string, view: UploadView, holder: NonNullable<UploadView['holder']>): Finding {
  const who = `process ${holder.pid} on ${holder.host}`
  return finding(
    'stalled',
    nodeId,
    'warn',
    {
      title: 'Another uploader serves this node',
      evidence: `It belongs to ${who} since ${new Date(holder.acquiredAtMs).toISOString()}.`,
      why: 'Only one uploader may serve a node; this one only looks on.',
      remedy: { verb: 'Show node', detail: `Stop ${who} to upload from here.`, screen: `node/${nodeId}` },
      notice: {
        cause: `held by ${who}`,
        severity: 'warn',
        message: `Uploaded by ${who}`,
        detail: 'This window only looks on',
        sinceMs: holder.acquiredAtMs,
        nextRetryMs: view.nextRetryMs,
      },
    },
    nodeId,
  )
}

/** Equal faults of different nodes read alike once paths and ids are gone. */
function withoutNames(message: string): string {
  return message.replace(/(?:\/|[A-Z]:\\)\S+/g, '…').replace(/\d+/g, '#')
}

function trimPeriod(text: string): string
function trimPeriod(text: string | undefined): string | undefined
function trimPeriod(text: string | undefined): string | undefined {
  return text?.replace(/\.$/, '')
}
