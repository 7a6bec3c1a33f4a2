import type { LedgerConnection } from '../../electron/core/db/ledger/connection.ts'
import type { ObjectStore } from '../../electron/core/objects/port.ts'
import { createGate } from '../../electron/core/support/gate.ts'
import type { Gate } from '../../electron/core/support/gate.ts'
import { silentLog } from '../../electron/core/support/log.ts'
import { createRng } from '../../electron/core/support/rng.ts'
import { FieldgateError } from '../../shared/domain/errors.ts'
import type { EngineConfig } from '../../shared/domain/settings.ts'
import type { Encoder } from '../../electron/core/uploader/encodePort.ts'
import type { OnceResult } from '../../electron/core/uploader/once.ts'
import { createUploader } from '../../electron/core/uploader/uploader.ts'
import { createStillClock } from '../helpers/fakeClock.ts'
import type { FakeClock } from '../helpers/fakeClock.ts'
import type { NodeAction, Uploading } from './schedule.ts'
import { Crash, mortalLedger } from './simLedger.ts'
import type { SimNode } from './simNode.ts'
import type { SimStore } from './simStore.ts'

export interface RunnerPorts {
  readonly config: EngineConfig
  readonly clock: FakeClock
  readonly ledger: LedgerConnection
  readonly store: SimStore
  readonly encoder: Encoder
  readonly nodes: ReadonlyMap<string, SimNode>
  readonly isAlive: (pid: number) => boolean
  readonly interrupt: (action: NodeAction) => void
  readonly complain: (violation: string) => void
}

/** One process of the product from its start to its end, which may come at any moment. */
export interface SimRunner {
  readonly pid: number
  /** True once it died before its work was done. */
  isDead(): boolean
  /** True while it is suspended: nothing of it moves. */
  isAsleep(): boolean
  /** Resolves when it has ended or fallen asleep. */
  rest(): Promise<void>
  wake(): void
  kill(): void
  /** True when it passed every node to the end without a failure. */
  endedWell(): boolean
  /** Nodes that it has passed to the end without a failure. */
  looked(): ReadonlySet<string>
  /** Everything that went wrong on its way, whether or not it was overcome. */
  readonly troubles: readonly string[]
  /** Why its last pass over a node did not end well. */
  failures(): readonly string[]
}

/** Longest wait that may stand between a failure and its next try: five minutes, and a little. */
const LONGEST_WAIT_MS = 301_000

/** Starts an upload of the nodes as a process of its own. */
export function startRunner(
  ports: RunnerPorts,
  pid: number,
  wanted: Uploading,
  nodeIds?: readonly string[],
): SimRunner {
  const { clock, store } = ports
  const rng = createRng(wanted.salt)
  const weather = { rng: rng.fork('link'), faults: wanted.faults, latencyMs: wanted.latencyMs }
  let isDead = false
  let steps = 0
  let waits = 0
  const self: { isOver: boolean; sleep: Sleep | undefined } = { isOver: false, sleep: undefined }
  let result: OnceResult | undefined
  const troubles: string[] = []

  const guard = (): void => {
    if (isDead) throw new Crash('dead')
  }
  const die = (): never => {
    isDead = true
    throw new Crash('struck')
  }
  /** Every wait of the process for something outside: where it can be found suspended. */
  const pause = async (): Promise<void> => {
    guard()
    if (wanted.suspendAt === undefined) return
    if (++waits === wanted.suspendAt) self.sleep = sleepUntilWoken()
    while (self.sleep !== undefined) await self.sleep.woken
    guard()
  }
  const outside = async <T>(ask: () => Promise<T>): Promise<T> => {
    await pause()
    store.weather = weather
    const answer = await ask()
    await pause()
    return answer
  }

  const { ledger } = mortalLedger(ports.ledger, guard, (moment, count) => {
    if (wanted.death?.at === moment && wanted.death.count === count) die()
  })
  const distant: ObjectStore = {
    ...store,
    putIfAbsent: (put) => outside(() => store.putIfAbsent(put)),
    head: (bucket, key) => outside(() => store.head(bucket, key)),
    get: (bucket, key) => outside(() => store.get(bucket, key)),
    list: (query) => outside(() => store.list(query)),
  }
  const uploader = createUploader(
    {
      config: ports.config,
      ledger,
      store: distant,
      encoder: { ...ports.encoder, encode: (request, signal) => outside(() => ports.encoder.encode(request, signal)) },
      clock: {
        ...clock,
        async sleep(ms) {
          if (ms > LONGEST_WAIT_MS)
            ports.complain(`P7: a wait of ${Math.round(ms / 1000)} s stands before the next try`)
          await pause()
          clock.advance(Math.max(0, ms))
        },
      },
      loopClock: createStillClock(clock),
      rng: rng.fork('uploader'),
      log: { ...silentLog, warn: (_message, facts) => void (isDead || troubles.push(String(facts?.['cause']))) },
      runner: { token: `runner-${pid}`, pid, host: 'h', isAlive: ports.isAlive },
      openNode: ({ id }) => openUnlocked(ports.nodes.get(id) as SimNode, clock),
      readPipeline: ({ id }) => (ports.nodes.get(id) as SimNode).table.readPipeline(),
      encodeGate: pausingGate(pause),
      putGate: pausingGate(pause),
      step() {
        guard()
        steps++
        if (wanted.death?.at === 'step' && wanted.death.count === steps) die()
        if (wanted.during?.step === steps) ports.interrupt(wanted.during.action)
      },
    },
    {
      onExecution: () => undefined,
      onStatus: () => undefined,
      onEpoch: (nodeId, _table, epoch) => {
        const node = ports.nodes.get(nodeId) as SimNode
        if (!node.lifeByEpoch.has(epoch)) node.lifeByEpoch.set(epoch, node.life())
      },
    },
  )
  const ended = uploader
    .once(nodeIds, new AbortController().signal)
    .then((value) => (result = value))
    .catch((error: unknown) => {
      if (!isDead)
        ports.complain(`an upload rejects: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    })
    .finally(() => (self.isOver = true))

  return {
    pid,
    troubles,
    isDead: () => isDead,
    isAsleep: () => self.sleep !== undefined && !self.isOver,
    async rest() {
      if (wanted.suspendAt === undefined) return void (await ended)
      // Nothing here waits for the outside world: after one turn, whatever can move has moved.
      while (!self.isOver && self.sleep === undefined) await new Promise((resolve) => setImmediate(resolve))
      await new Promise((resolve) => setImmediate(resolve))
    },
    wake() {
      const asleep = self.sleep
      self.sleep = undefined
      asleep?.wake()
    },
    kill() {
      isDead = true
      this.wake()
    },
    endedWell() {
      return result !== undefined && this.failures().length === 0
    },
    looked: () =>
      new Set((result?.nodes ?? []).filter((node) => node.failure === undefined).map((node) => node.nodeId)),
    failures: () => [
      ...(result?.nodes ?? []).flatMap((node) => (node.failure === undefined ? [] : [node.failure.message])),
      ...(result?.readOnly ?? []).map((lease) => `${lease.nodeId} is held by ${lease.token}`),
    ],
  }
}

interface Sleep {
  readonly woken: Promise<void>
  readonly wake: () => void
}

function sleepUntilWoken(): Sleep {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { woken: promise, wake: resolve }
}

function pausingGate(pause: () => Promise<void>): Gate {
  const gate = createGate(2, 1)
  return {
    async enter(priority) {
      await pause()
      return gate.enter(priority)
    },
  }
}

function openUnlocked(node: SimNode, clock: FakeClock): ReturnType<SimNode['table']['open']> {
  if (clock.now() < node.lockedUntilMs) {
    throw new FieldgateError('unavailable', `${node.config.sqlite} is locked by its writer.`)
  }
  return node.table.open()
}
