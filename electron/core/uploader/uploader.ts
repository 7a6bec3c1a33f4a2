import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { errorToData } from '../../../shared/domain/errors.ts'
import type { ErrorData } from '../../../shared/domain/errors.ts'
import { priorityOf } from '../../../shared/domain/pipelineTypes.ts'
import type { NodeConfig } from '../../../shared/domain/settings.ts'
import { clearRetryDelay, listOpenExecutions } from '../db/ledger/executions.ts'
import { releaseLeases, takeLease } from '../db/ledger/leases.ts'
import type { Lease } from '../db/ledger/leases.ts'
import { runLoop } from '../support/loop.ts'
import type { Loop } from '../support/loop.ts'
import { spoolFolderOf } from './execute.ts'
import { passNode } from './nodePass.ts'
import type { NodePassResult } from './nodePass.ts'
import type { UploaderPorts } from './ports.ts'
import { exportStateFile } from './stateFile.ts'

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

export interface UploaderEvents {
  readonly onExecution: (executionId: number) => void
  readonly onStatus: (status: NodeUploadStatus) => void
  readonly onEpoch: (nodeId: string, table: string, epoch: string, replaced: boolean) => void
}

export interface OnceResult {
  readonly nodes: readonly NodePassResult[]
  readonly readOnly: readonly Lease[]
}

export interface Uploader {
  /** Uploads continuously until `stop`. */
  start(): void
  /** Ends after the steps in flight, at the latest when they notice the stop; leaves every claim redoable. */
  stop(): Promise<void>
  /** One pass over the nodes, retrying each failure a few times; resolves when everything drained or failed. */
  once(nodeIds: readonly string[] | undefined, signal: AbortSignal): Promise<OnceResult>
  /** Runs a pass now; waiting retries become due. */
  nudge(nodeId?: string): void
  setPaused(nodeId: string, isPaused: boolean): void
  status(): readonly NodeUploadStatus[]
}

const LEASE_MS = 60_000
const LEASE_RENEW_MS = 15_000
/** Routes of priority 1 are looked at this often, so that an urgent row waits for no interval. */
const URGENT_EVERY_MS = 1_000
const ONCE_ATTEMPTS = 4
const NODES_AT_ONCE = 8

/** Urgent routes run in passes of their own, so that a backlog draining for an hour never holds them up. */
type PassKind = 'regular' | 'urgent' | 'all'

interface NodeState {
  readonly node: NodeConfig
  status: NodeUploadStatus
  readonly isRunning: Record<PassKind, boolean>
  isPaused: boolean
  isActiveUrgent: boolean
  nextDueMs: number
  stamp: string
}

/**
 * The uploader of a workspace. At most one process uploads a node at a time: the lease decides, and one that does not
 * get it stays read-only on that node and can say who holds it.
 */
export function createUploader(ports: UploaderPorts, events: UploaderEvents): Uploader {
  const nodes = new Map(ports.config.nodes.map((node) => [node.id, newNodeState(node)]))
  const stopping = new AbortController()
  const running = new Set<Promise<unknown>>()
  let loop: Loop | undefined
  let leaseLoop: Loop | undefined
  let isExportDue = false

  const acquire = (nodeId: string): Lease =>
    takeLease(
      ports.ledger,
      {
        nodeId,
        token: ports.runner.token,
        pid: ports.runner.pid,
        host: ports.runner.host,
        nowMs: ports.clock.now(),
        ttlMs: LEASE_MS,
      },
      ports.runner.isAlive,
    )

  const setStatus = (entry: NodeState, change: Partial<NodeUploadStatus>): void => {
    entry.status = { ...entry.status, ...change }
    events.onStatus(entry.status)
  }

  const pass = async (
    entry: NodeState,
    signal: AbortSignal,
    kind: PassKind = 'all',
  ): Promise<NodePassResult | undefined> => {
    const lease = acquire(entry.node.id)
    if (lease.token !== ports.runner.token) {
      setStatus(entry, { state: 'readOnly', holder: lease })
      return undefined
    }
    entry.isRunning[kind] = true
    setStatus(entry, { state: 'uploading', holder: undefined })
    try {
      const result = await passNode(ports, entry.node, {
        signal,
        accepts: acceptedBy(kind, urgentRoutes(ports)),
        onExecution: (execution) => {
          isExportDue = true
          events.onExecution(execution.id)
        },
        onEpoch: (table, epoch) => events.onEpoch(entry.node.id, table, epoch.epoch, epoch.replaced),
      })
      entry.isActiveUrgent = result.activeRoute !== undefined && priorityOf(result.activeRoute) === 1
      finishPass(ports, entry, result, setStatus)
      return result
    } finally {
      entry.isRunning[kind] = false
    }
  }

  const begin = (entry: NodeState, kind: PassKind): void => {
    const work: Promise<unknown> = pass(entry, stopping.signal, kind)
      .catch((error: unknown) => {
        setStatus(entry, { state: 'waiting', failure: errorToData(error) })
        ports.log.error('Pass failed.', { nodeId: entry.node.id, cause: errorToData(error).message })
      })
      .finally(() => running.delete(work))
    running.add(work)
  }

  const tick = async (): Promise<void> => {
    const now = ports.clock.now()
    const urgent = urgentRoutes(ports)
    const kind: PassKind = urgent.length > 0 ? 'regular' : 'all'
    for (const entry of nodes.values()) {
      if (entry.isPaused) continue
      const watches = urgent.length > 0 || entry.isActiveUrgent
      const changed = watches && hasChanged(entry)
      const isDue = entry.nextDueMs <= now || (changed && entry.isActiveUrgent)
      if (isDue && !entry.isRunning[kind] && running.size < NODES_AT_ONCE) {
        entry.nextDueMs = nextDue(ports, now)
        begin(entry, kind)
      }
      if (urgent.length > 0 && (isDue || changed) && !entry.isRunning.urgent) begin(entry, 'urgent')
    }
    if (isExportDue) {
      isExportDue = false
      exportStateFile(ports.ledger, ports.config.stateDir)
    }
  }

  const renewLeases = async (): Promise<void> => {
    for (const entry of nodes.values()) if (Object.values(entry.isRunning).includes(true)) acquire(entry.node.id)
  }

  const onError = (error: unknown): void =>
    ports.log.error('Upload loop failed.', { cause: errorToData(error).message })

  return {
    start() {
      removeStraySpool(ports)
      loop = runLoop({ name: 'uploader', everyMs: URGENT_EVERY_MS, clock: ports.clock, onError }, tick)
      leaseLoop = runLoop({ name: 'leases', everyMs: LEASE_RENEW_MS, clock: ports.clock, onError }, renewLeases)
    },
    async stop() {
      stopping.abort()
      await loop?.stop()
      await leaseLoop?.stop()
      await Promise.all(running)
      releaseLeases(ports.ledger, ports.runner.token)
      if (isExportDue) exportStateFile(ports.ledger, ports.config.stateDir)
    },
    async once(nodeIds, signal) {
      removeStraySpool(ports)
      const wanted = [...nodes.values()].filter((entry) => nodeIds === undefined || nodeIds.includes(entry.node.id))
      const renewal = runLoop({ name: 'leases', everyMs: LEASE_RENEW_MS, clock: ports.clock, onError }, renewLeases)
      const results: NodePassResult[] = []
      const readOnly: Lease[] = []
      try {
        await forEachAtOnce(wanted, NODES_AT_ONCE, async (entry) => {
          const result = await passUntilDone(ports, entry, signal, pass)
          if (result !== undefined) results.push(result)
          else if (entry.status.holder !== undefined) readOnly.push(entry.status.holder)
        })
      } finally {
        await renewal.stop()
        releaseLeases(ports.ledger, ports.runner.token)
        exportStateFile(ports.ledger, ports.config.stateDir)
      }
      return { nodes: results, readOnly }
    },
    nudge(nodeId) {
      clearRetryDelay(ports.ledger, nodeId)
      for (const entry of nodes.values()) {
        if (nodeId === undefined || entry.node.id === nodeId) entry.nextDueMs = 0
      }
      loop?.nudge()
    },
    setPaused(nodeId, isPaused) {
      const entry = nodes.get(nodeId)
      if (entry === undefined) return
      entry.isPaused = isPaused
      entry.nextDueMs = 0
      setStatus(entry, { state: isPaused ? 'paused' : 'idle' })
      loop?.nudge()
    },
    status: () => [...nodes.values()].map((entry) => entry.status),
  }
}

function newNodeState(node: NodeConfig): NodeState {
  return {
    node,
    isRunning: { regular: false, urgent: false, all: false },
    isPaused: false,
    isActiveUrgent: false,
    nextDueMs: 0,
    stamp: '',
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

function finishPass(
  ports: UploaderPorts,
  entry: NodeState,
  result: NodePassResult,
  setStatus: (entry: NodeState, change: Partial<NodeUploadStatus>) => void,
): void {
  const now = ports.clock.now()
  if (result.nextRetryMs !== undefined) entry.nextDueMs = Math.min(entry.nextDueMs, result.nextRetryMs)
  // A failure before any claim (no bucket, locked database) has no execution to wait for: the interval is its retry.
  const nextRetryMs = result.nextRetryMs ?? (result.failure === undefined ? undefined : entry.nextDueMs)
  const isWaiting = result.failure !== undefined || result.nextRetryMs !== undefined
  setStatus(entry, {
    state: entry.isPaused ? 'paused' : isWaiting ? 'waiting' : 'idle',
    lastPassAtMs: now,
    failure: result.failure ?? (isWaiting ? entry.status.failure : undefined),
    failingSinceMs: isWaiting ? (entry.status.failingSinceMs ?? now) : undefined,
    nextRetryMs,
  })
}

/** Repeats the pass of one node while its claims fail, at most a few times, waiting as long as they ask. */
async function passUntilDone(
  ports: UploaderPorts,
  entry: NodeState,
  signal: AbortSignal,
  pass: (entry: NodeState, signal: AbortSignal) => Promise<NodePassResult | undefined>,
): Promise<NodePassResult | undefined> {
  let total: NodePassResult | undefined
  for (let attempt = 1; attempt <= ONCE_ATTEMPTS && !signal.aborted; attempt++) {
    const result = await pass(entry, signal)
    if (result === undefined) return total
    total = {
      ...result,
      executions: (total?.executions ?? 0) + result.executions,
      rows: (total?.rows ?? 0) + result.rows,
      bytes: (total?.bytes ?? 0) + result.bytes,
      failure: result.failure ?? (result.nextRetryMs === undefined ? undefined : total?.failure),
    }
    if (result.failure?.retryable === false || (result.failure === undefined && result.nextRetryMs === undefined)) break
    if (attempt === ONCE_ATTEMPTS) break
    if (result.nextRetryMs === undefined) await ports.clock.sleep(500, signal)
    else await ports.clock.sleep(Math.max(0, result.nextRetryMs - ports.clock.now()), signal)
  }
  return total
}

/** Routes that are always on and go first. */
function urgentRoutes(ports: UploaderPorts): readonly string[] {
  return ports.config.upload.alwaysOn.filter((route) => priorityOf(route) === 1)
}

function acceptedBy(kind: PassKind, urgent: readonly string[]): (route: string) => boolean {
  if (kind === 'all') return () => true
  return (route) => urgent.includes(route) === (kind === 'urgent')
}

/** True when the node's files moved since the last look; a cheap question asked every second. */
function hasChanged(entry: NodeState): boolean {
  const stamp = [entry.node.sqlite, `${entry.node.sqlite}-wal`]
    .map((path) => {
      const found = statSync(path, { throwIfNoEntry: false })
      return found === undefined ? '-' : `${found.size}:${found.mtimeMs}`
    })
    .join('|')
  if (stamp === entry.stamp) return false
  entry.stamp = stamp
  return true
}

/** The next regular pass: one interval on, spread by a tenth so that a fleet does not knock at one instant. */
function nextDue(ports: UploaderPorts, nowMs: number): number {
  return nowMs + ports.config.upload.intervalSeconds * 1000 * (0.95 + ports.rng.next() / 10)
}

/** Removes spool files of executions that have ended; those of open ones may belong to another runner. */
function removeStraySpool(ports: UploaderPorts): void {
  const folder = spoolFolderOf(ports.config.stateDir)
  if (!existsSync(folder)) return
  const open = new Set(listOpenExecutions(ports.ledger).map((execution) => String(execution.id)))
  for (const name of readdirSync(folder)) {
    const execution = /^execution-(\d+)-/.exec(name)?.[1]
    if (execution !== undefined && !open.has(execution)) rmSync(join(folder, name), { force: true })
  }
}

async function forEachAtOnce<T>(items: readonly T[], limit: number, work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items]
  const runners = Array.from({ length: Math.min(limit, queue.length) }, async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item)
  })
  await Promise.all(runners)
}
