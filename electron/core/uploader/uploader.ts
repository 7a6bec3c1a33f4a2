import { errorToData } from '../../../shared/domain/errors.ts'
import { priorityOf } from '../../../shared/domain/pipelineTypes.ts'
import { releaseLeases, takeLease } from '../db/ledger/leases.ts'
import type { Lease } from '../db/ledger/leases.ts'
import { listPaused, writePaused } from '../db/ledger/settings.ts'
import { clearRetryDelay } from '../db/ledger/transitions.ts'
import { runLoop } from '../support/loop.ts'
import type { Loop } from '../support/loop.ts'
import { createAligner } from './align.ts'
import { linkLimits } from './budget.ts'
import { passNode } from './nodePass.ts'
import { forEachAtOnce, passUntilDone, sumPasses } from './once.ts'
import type { OnceResult } from './once.ts'
import type { NodePassResult } from './passState.ts'
import type { UploaderPorts } from './ports.ts'
import { isDue } from './retry.ts'
import { createSchedule, wantsLook } from './schedule.ts'
import { removeStraySpool } from './spool.ts'
import { createStateExport } from './stateFile.ts'
import { conflictingPasses, newNodeEntry, stampFiles, summariseOutcomes } from './status.ts'
import type { NodeEntry, NodeUploadStatus, PassKind } from './status.ts'
import { TEND_EVERY_MS, tendLedger } from './tend.ts'

export type { OnceResult } from './once.ts'
export type { NodeUploadStatus } from './status.ts'

export interface UploaderEvents {
  readonly onExecution: (executionId: number) => void
  readonly onStatus: (status: NodeUploadStatus) => void
  readonly onEpoch: (nodeId: string, table: string, epoch: string, replaced: boolean) => void
}

export interface Uploader {
  /** Uploads continuously until `stop`. Nodes a person paused stay paused. */
  start(): void
  /** Ends after the steps in flight, at the latest when they notice the stop; leaves every claim redoable. */
  stop(): Promise<void>
  /**
   * One pass over the nodes, retrying each failure a few times; resolves when everything drained or failed. Without names
   * it leaves paused nodes out; a node that is named is passed even so.
   */
  once(nodeIds: readonly string[] | undefined, signal: AbortSignal): Promise<OnceResult>
  /** Runs a pass now; waiting retries become due. */
  nudge(nodeId?: string): void
  /** Pauses or resumes a node, for this start and the ones to come; what was under way is left redoable. */
  setPaused(nodeId: string, isPaused: boolean): void
  /** Takes up limits of the link that were changed in the ledger. */
  applyLink(): void
  status(): readonly NodeUploadStatus[]
}

const LEASE_MS = 60_000
const LEASE_RENEW_MS = 15_000
/** Routes of priority 1 are looked at this often, so that an urgent row waits for no interval. */
const LOOK_EVERY_MS = 1_000
const NODES_AT_ONCE = 8

/**
 * The uploader of a workspace. At most one process uploads a node at a time: the lease decides, and one that does not
 * get it stays read-only on that node and can say who holds it. Within the process, passes that share a route never
 * overlap.
 */
export function createUploader(ports: UploaderPorts, events: UploaderEvents): Uploader {
  const entries = new Map(ports.config.nodes.map((node) => [node.id, newNodeEntry(node)]))
  const stopping = new AbortController()
  const running = new Set<Promise<unknown>>()
  const urgent = ports.config.upload.alwaysOn.filter((route) => priorityOf(route) === 1)
  const stateExport = createStateExport(ports)
  const aligner = createAligner(ports)
  const loops: Loop[] = []

  const setStatus = (entry: NodeEntry, change: Partial<NodeUploadStatus>): void => {
    entry.status = { ...entry.status, ...change }
    events.onStatus(entry.status)
  }

  const acquire = (nodeId: string): Lease => {
    const { token, pid, host } = ports.runner
    const wanted = { nodeId, token, pid, host, nowMs: ports.clock.now(), ttlMs: LEASE_MS }
    return takeLease(ports.ledger, wanted, (holder) => ports.runner.isAlive(holder))
  }

  /** Undefined when another runner holds the node. */
  const pass = async (entry: NodeEntry, signal: AbortSignal, kind: PassKind): Promise<NodePassResult | undefined> => {
    const lease = acquire(entry.node.id)
    if (lease.token !== ports.runner.token) {
      setStatus(entry, { state: 'readOnly', holder: lease })
      return undefined
    }
    setStatus(entry, { state: 'uploading', holder: undefined })
    const stamp = stampFiles(entry.node, ports.clock.now())
    const result = await passNode(ports, entry.node, {
      signal: AbortSignal.any([signal, stopping.signal, entry.pausing.signal]),
      aligner,
      accepts: acceptedBy(kind, urgent),
      onExecution: (execution) => {
        stateExport.note()
        events.onExecution(execution.id)
      },
      onEpoch: (table, epoch) => events.onEpoch(entry.node.id, table, epoch.epoch, epoch.replaced),
    })
    finishPass(entry, result, kind, stamp)
    return result
  }

  const finishPass = (
    entry: NodeEntry,
    result: NodePassResult,
    kind: PassKind,
    stamp: ReturnType<typeof stampFiles>,
  ): void => {
    const now = ports.clock.now()
    if (result.activeRoute !== undefined) entry.isActiveUrgent = priorityOf(result.activeRoute) === 1
    if (result.nextRetryMs !== undefined) entry.nextDueMs = Math.min(entry.nextDueMs, result.nextRetryMs)
    const isClean = result.failure === undefined && result.nextRetryMs === undefined
    if (kind !== 'urgent') {
      entry.lookedAtMs = now
      entry.drainedStamp = isClean && stamp.isSettled ? stamp.text : undefined
    }
    // A failure before any claim (no bucket, locked database) has no execution to wait for: the interval is its retry.
    const nextRetryMs = result.nextRetryMs ?? (isClean ? undefined : entry.nextDueMs)
    if (kind === 'all') entry.outcomes.clear()
    entry.outcomes.set(kind, { failure: result.failure, nextRetryMs })
    setStatus(entry, summariseOutcomes(entry, kind, now))
  }

  /** Runs a pass as the one of its kind; the caller has seen that none is in its way. */
  const track = <T>(entry: NodeEntry, kind: PassKind, work: Promise<T>): Promise<T> => {
    const tracked: Promise<T> = work.finally(() => {
      entry.running.delete(kind)
      running.delete(tracked)
    })
    entry.running.set(kind, tracked)
    running.add(tracked)
    return tracked
  }

  const passInBackground = async (entry: NodeEntry, kind: PassKind): Promise<void> => {
    try {
      // A pass with nothing to do has no other wait; a thousand of them must not hold the thread.
      await ports.clock.sleep(0, stopping.signal)
      if (!stopping.signal.aborted) await pass(entry, stopping.signal, kind)
    } catch (error) {
      if (stopping.signal.aborted) return
      setStatus(entry, { state: entry.isPaused ? 'paused' : 'waiting', failure: errorToData(error) })
      ports.log.error('Pass failed.', { nodeId: entry.node.id, cause: errorToData(error).message })
    }
  }

  const schedule = createSchedule({
    limits: { regular: NODES_AT_ONCE, urgent: NODES_AT_ONCE },
    begin: (entry, kind) => track(entry, kind, passInBackground(entry, kind)),
    isStopped: () => stopping.signal.aborted,
  })

  const tick = async (): Promise<void> => {
    const now = ports.clock.now()
    const kind = kinds.at(-1) as PassKind
    for (const entry of entries.values()) {
      if (entry.isPaused) continue
      const isPassDue = isDue(entry.nextDueMs, now, longestIntervalMs(ports))
      const isWatched = urgent.length > 0 || entry.isActiveUrgent
      const stamp = isPassDue || isWatched ? stampFiles(entry.node, now).text : entry.urgentStamp
      const hasChanged = isWatched && stamp !== entry.urgentStamp
      if (isPassDue) entry.nextDueMs = nextDue(ports, now)
      if ((isPassDue && wantsLook(entry, stamp, now, entries.size)) || (hasChanged && entry.isActiveUrgent))
        schedule.want(entry, kind)
      if (urgent.length > 0 && (hasChanged || (isPassDue && wantsLook(entry, stamp, now, entries.size))))
        schedule.want(entry, 'urgent')
      entry.urgentStamp = stamp
    }
    schedule.pump()
    stateExport.writeIfDue(now)
  }

  const renewLeases = async (): Promise<void> => {
    for (const entry of entries.values()) if (entry.running.size > 0) acquire(entry.node.id)
  }

  const loadSettings = (): void => {
    for (const [nodeId] of listPaused(ports.ledger)) {
      const entry = entries.get(nodeId)
      if (entry === undefined || entry.isPaused) continue
      entry.isPaused = true
      setStatus(entry, { state: 'paused' })
    }
    applyLink()
  }

  const applyLink = (): void => {
    ports.store.setBytesPerSecond?.(linkLimits(ports).bytesPerSecond)
  }

  const loop = (name: string, everyMs: number, step: (signal: AbortSignal) => Promise<void>): Loop =>
    runLoop(
      {
        name,
        everyMs,
        clock: ports.loopClock ?? ports.clock,
        onError: (error) => ports.log.error('Upload loop failed.', { loop: name, cause: errorToData(error).message }),
      },
      step,
    )

  /** What only leaves things tidy must not hide how the work itself ended: a full disk fails both. */
  const tidy = (what: string, work: () => void): void => {
    try {
      work()
    } catch (error) {
      // At the end there is nobody left to tell; what failed before it was told.
      const level = stopping.signal.aborted ? 'debug' : 'warn'
      ports.log[level](`${what} failed.`, { cause: errorToData(error).message })
    }
  }

  const kinds: readonly PassKind[] = urgent.length > 0 ? ['urgent', 'regular'] : ['all']

  const passWhenFree = async (
    entry: NodeEntry,
    kind: PassKind,
    signal: AbortSignal,
  ): Promise<NodePassResult | undefined> => {
    for (let busy = conflictingPasses(entry, kind); busy.length > 0; busy = conflictingPasses(entry, kind)) {
      await Promise.allSettled(busy)
    }
    const passes = passUntilDone(ports.clock, signal, () => pass(entry, signal, kind))
    return track(entry, kind, passes)
  }

  return {
    start() {
      loadSettings()
      removeStraySpool(ports.ledger, ports.config.stateDir)
      loops.push(
        loop('uploader', LOOK_EVERY_MS, tick),
        loop('leases', LEASE_RENEW_MS, renewLeases),
        loop('ledger', TEND_EVERY_MS, (signal) => tendLedger(ports, signal)),
      )
    },
    async stop() {
      stopping.abort()
      await Promise.all(loops.map((each) => each.stop()))
      while (running.size > 0) await Promise.allSettled(running)
      tidy('Giving leases back', () => releaseLeases(ports.ledger, ports.runner.token))
      tidy('The export of the state', () => stateExport.writeIfNoted())
    },
    async once(nodeIds, outerSignal) {
      loadSettings()
      removeStraySpool(ports.ledger, ports.config.stateDir)
      const signal = AbortSignal.any([outerSignal, stopping.signal])
      const wanted = [...entries.values()].filter((entry) =>
        nodeIds === undefined ? !entry.isPaused : nodeIds.includes(entry.node.id),
      )
      const renewal = loops.length > 0 ? undefined : loop('leases', LEASE_RENEW_MS, renewLeases)
      const nodes: NodePassResult[] = []
      const readOnly: Lease[] = []
      try {
        await forEachAtOnce(wanted, NODES_AT_ONCE, async (entry) => {
          const results = await Promise.all(kinds.map((kind) => passWhenFree(entry, kind, signal)))
          const result = sumPasses(results)
          if (result !== undefined) nodes.push(result)
          else if (entry.status.holder !== undefined) readOnly.push(entry.status.holder)
        })
        if (loops.length === 0) await tendLedger(ports, signal)
      } finally {
        await renewal?.stop()
        if (loops.length === 0) tidy('Giving leases back', () => releaseLeases(ports.ledger, ports.runner.token))
        tidy('The export of the state', () => stateExport.write())
      }
      return { nodes, readOnly }
    },
    nudge(nodeId) {
      clearRetryDelay(ports.ledger, nodeId)
      for (const entry of entries.values()) {
        if (nodeId !== undefined && entry.node.id !== nodeId) continue
        entry.nextDueMs = 0
        entry.drainedStamp = undefined
      }
      loops[0]?.nudge()
    },
    setPaused(nodeId, isPaused) {
      const entry = entries.get(nodeId)
      if (entry === undefined) return
      writePaused(ports.ledger, nodeId, isPaused ? ports.clock.now() : undefined)
      entry.isPaused = isPaused
      if (isPaused) entry.pausing.abort()
      else entry.pausing = new AbortController()
      entry.nextDueMs = 0
      entry.drainedStamp = undefined
      setStatus(entry, { state: isPaused ? 'paused' : 'idle', holder: undefined })
      loops[0]?.nudge()
    },
    applyLink,
    status: () => [...entries.values()].map((entry) => entry.status),
  }
}

function acceptedBy(kind: PassKind, urgent: readonly string[]): (route: string) => boolean {
  if (kind === 'all') return () => true
  return (route) => urgent.includes(route) === (kind === 'urgent')
}

/** The next regular pass: one interval on, spread by a tenth so that a fleet does not knock at one instant. */
function nextDue(ports: UploaderPorts, nowMs: number): number {
  return nowMs + ports.config.upload.intervalSeconds * 1000 * (0.95 + ports.rng.next() / 10)
}

function longestIntervalMs(ports: UploaderPorts): number {
  return ports.config.upload.intervalSeconds * 1050
}
