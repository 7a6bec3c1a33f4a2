import { statSync } from 'node:fs'
import type { ErrorData } from '../../../shared/domain/errors.ts'
import type { NodeConfig } from '../../../shared/domain/settings.ts'
import type { Lease } from '../db/ledger/leases.ts'

/** How the uploader stands on one node, as a person needs to see it. */
export interface NodeUploadStatus {
  readonly nodeId: string
  readonly state: 'idle' | 'uploading' | 'waiting' | 'readOnly' | 'paused'
  readonly lastPassAtMs: number | undefined
  readonly failure: ErrorData | undefined
  readonly failingSinceMs: number | undefined
  readonly nextRetryMs: number | undefined
  /** Who uploads the node instead, when the state is `readOnly`. */
  readonly holder: Lease | undefined
}

/** Urgent routes run in passes of their own, so that a backlog draining for an hour never holds them up. */
export type PassKind = 'regular' | 'urgent' | 'all'

export interface PassOutcome {
  readonly failure: ErrorData | undefined
  readonly nextRetryMs: number | undefined
}

/** One node in the uploader's hands. */
export interface NodeEntry {
  readonly node: NodeConfig
  status: NodeUploadStatus
  /** Passes under way; two kinds that share a route never run at once. */
  readonly running: Map<PassKind, Promise<unknown>>
  /** How the last pass of each kind ended: a success of one kind says nothing about a failure of another. */
  readonly outcomes: Map<PassKind, PassOutcome>
  isPaused: boolean
  /** Ends the passes under way when a person pauses the node. */
  pausing: AbortController
  isActiveUrgent: boolean
  nextDueMs: number
  /** The node's files when the urgent routes last looked. */
  urgentStamp: string
  /** The node's files before its last regular pass that left nothing to do; undefined when there is something to do. */
  drainedStamp: string | undefined
  /** When a pass last opened the database, whatever the files said. */
  lookedAtMs: number
}

/** A node that nothing has been done with yet. */
export function newNodeEntry(node: NodeConfig): NodeEntry {
  return {
    node,
    running: new Map(),
    outcomes: new Map(),
    isPaused: false,
    pausing: new AbortController(),
    isActiveUrgent: false,
    nextDueMs: 0,
    urgentStamp: '',
    drainedStamp: undefined,
    lookedAtMs: Number.NEGATIVE_INFINITY,
    status: {
      nodeId: node.id,
      state: 'idle',
      lastPassAtMs: undefined,
      failure: undefined,
      failingSinceMs: undefined,
      nextRetryMs: undefined,
      holder: undefined,
    },
  }
}

/** What the node's passes that ended come to, with the state a person should see. */
export function summariseOutcomes(entry: NodeEntry, ended: PassKind, nowMs: number): Partial<NodeUploadStatus> {
  const outcomes = [...entry.outcomes.values()]
  const retries = outcomes.map((outcome) => outcome.nextRetryMs).filter((atMs) => atMs !== undefined)
  const failure = outcomes.find((outcome) => outcome.failure !== undefined)?.failure
  const isWaiting = failure !== undefined || retries.length > 0
  const isBusy = [...entry.running.keys()].some((kind) => kind !== ended)
  return {
    state: entry.isPaused ? 'paused' : isBusy ? 'uploading' : isWaiting ? 'waiting' : 'idle',
    lastPassAtMs: nowMs,
    failure: failure ?? (isWaiting ? entry.status.failure : undefined),
    failingSinceMs: isWaiting ? (entry.status.failingSinceMs ?? nowMs) : undefined,
    nextRetryMs: retries.length === 0 ? undefined : Math.min(...retries),
  }
}

/** Passes of the node that share a route with this kind. */
export function conflictingPasses(entry: NodeEntry, kind: PassKind): readonly Promise<unknown>[] {
  return [...entry.running]
    .filter(([other]) => other === kind || other === 'all' || kind === 'all')
    .map(([, pass]) => pass)
}

/** Times of a file system may be as coarse as this: a younger stamp may hide a later write. */
const COARSEST_TIME_MS = 2_000

/**
 * Says when the node's files were written last: two equal stamps mean nothing was written between. Every commit of a WAL
 * database writes its WAL, so where there is one the other file is not asked: this runs for each node every second.
 */
export function stampFiles(node: NodeConfig, nowMs: number): { readonly text: string; readonly isSettled: boolean } {
  const found =
    statSync(`${node.sqlite}-wal`, { throwIfNoEntry: false }) ?? statSync(node.sqlite, { throwIfNoEntry: false })
  if (found === undefined) return { text: '-', isSettled: false }
  return {
    text: `${found.ino}:${found.size}:${found.mtimeMs}`,
    isSettled: nowMs - found.mtimeMs > COARSEST_TIME_MS,
  }
}
