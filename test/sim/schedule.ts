import { createRng } from '../../electron/core/support/rng.ts'
import type { Rng } from '../../electron/core/support/rng.ts'

/** What a world is made of; plain data, like everything in a schedule. */
export interface WorldOptions {
  readonly nodes: number
  /** Node databases as real files in WAL mode, instead of in memory. */
  readonly isOnDisk: boolean
  readonly isAutoIncrement: boolean
  /** Tables with more columns: a row is recognised even when one of its values is corrected. */
  readonly isWide: boolean
  readonly maxBatchRows: number
  readonly targetObjectBytes: number
  readonly compression: 'none' | 'snappy'
  readonly profile: 'compact' | 'compatible'
  readonly alwaysOn: readonly string[]
  readonly firstRows: number
}

export const ROUTES = ['raw', 'schematized', 'emergency', 'aggregated', 'even'] as const

/** What happens to one node: its owner, its sensor, its disk. Each is well defined whatever happened before. */
export type NodeAction =
  | { readonly do: 'write'; readonly node: number; readonly rows: number; readonly salt: number }
  | { readonly do: 'switch'; readonly node: number; readonly type: string; readonly backfill: boolean }
  | { readonly do: 'startOver' | 'recreate'; readonly node: number; readonly rows: number; readonly salt: number }
  | { readonly do: 'purge'; readonly node: number; readonly keep: number }
  /** A transaction that is open until something else happens to the node; on disk only, where readers do not see it. */
  | {
      readonly do: 'holdWrite'
      readonly node: number
      readonly rows: number
      readonly salt: number
      readonly isKept: boolean
    }
  | { readonly do: 'update' | 'markSynced'; readonly node: number; readonly salt: number }
  | {
      readonly do: 'addColumn' | 'dropColumn' | 'vacuum' | 'backUp' | 'restore' | 'pause' | 'resume'
      readonly node: number
    }
  | { readonly do: 'lock'; readonly node: number; readonly forMs: number }

/** Where an upload dies: at a labelled step, inside a transaction of the ledger, or right after one. */
export type Death =
  | { readonly at: 'step'; readonly count: number }
  | { readonly at: 'insideWrite' | 'afterWrite'; readonly count: number }

export interface Uploading {
  readonly salt: number
  /** Chance of a fault per request to the store, in [0, 1]. */
  readonly faults: number
  /** Longest time that one request takes. */
  readonly latencyMs: number
  readonly death?: Death
  /** With the death, power goes too: spool files are as whole as the disk left them. */
  readonly isPowerCut?: boolean
  /** What happens to a node while the upload is at that step. */
  readonly during?: { readonly step: number; readonly action: NodeAction }
  /** The runner stops moving at its n-th wait, and stays like that until it is woken. */
  readonly suspendAt?: number
}

export type WorldAction =
  | ({ readonly do: 'upload'; readonly node?: number } & Uploading)
  | { readonly do: 'wake' | 'keepLedger' | 'putLedgerBack' | 'loseLedger' | 'tidyBucket' | 'replay' }
  | { readonly do: 'setContract'; readonly isStrict: boolean }
  | { readonly do: 'tearSpool'; readonly salt: number }
  | { readonly do: 'cutLink'; readonly forMs: number }
  | { readonly do: 'setClock'; readonly byMs: number }

/** One step of a schedule. `afterMs` is the time that passes before it. */
export type Action = (NodeAction | WorldAction) & { readonly afterMs: number }

/** Everything that happens in a world, in order. A run of the same schedule is the same run. */
export interface Schedule {
  readonly seed: number
  readonly options: WorldOptions
  readonly actions: readonly Action[]
}

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** The schedule that a seed stands for. */
export function makeSchedule(seed: number): Schedule {
  const rng = createRng(`world-${seed}`)
  const options = makeOptions(rng, seed)
  const count = rng.int(6, 16)
  const actions: Action[] = []
  while (actions.length < count) actions.push(followUp(rng, actions, makeAction(rng, options)))
  if (rng.next() < 0.2) weave(rng, actions, makePlot(rng, options))
  return { seed, options, actions }
}

function makeOptions(rng: Rng, seed: number): WorldOptions {
  const alwaysOn = rng.next() < 0.3 ? ['emergency'] : []
  return {
    nodes: rng.next() < 0.7 ? 1 : rng.int(2, 3),
    isOnDisk: seed % 16 === 0,
    isAutoIncrement: rng.next() < 0.5,
    isWide: rng.next() < 0.4,
    maxBatchRows: rng.int(1, 20),
    targetObjectBytes: rng.int(1, 4_000),
    compression: rng.pick(['none', 'snappy'] as const),
    profile: rng.pick(['compact', 'compatible'] as const),
    alwaysOn,
    firstRows: rng.int(1, 25),
  }
}

function makeAction(rng: Rng, options: WorldOptions): Action {
  const kind = rng.next()
  const afterMs = rng.next() < 0.5 ? rng.int(0, 90_000) : rng.int(0, 2 * HOUR)
  if (kind < 0.24) return { ...makeWrite(rng, options), afterMs }
  if (kind < 0.62) return { do: 'upload', ...makeUpload(rng, options), afterMs }
  if (kind < 0.86) return { ...makeNodeAction(rng, options), afterMs }
  return { ...makeWorldAction(rng), afterMs }
}

/** What only means something after something else comes more often once that was done, and instead of doing it again. */
const FOLLOW_UPS: Readonly<Record<string, 'restore' | 'putLedgerBack' | 'dropColumn' | 'replay'>> = {
  setContract: 'replay',
  backUp: 'restore',
  keepLedger: 'putLedgerBack',
  addColumn: 'dropColumn',
}

function followUp(rng: Rng, before: readonly Action[], action: Action): Action {
  const next = FOLLOW_UPS[action.do]
  if (next === undefined || rng.next() < 0.2) return action
  const first = before.findLast((each) => each.do === action.do)
  if (first === undefined) return action
  const node = 'node' in first && first.node !== undefined ? first.node : 0
  const { afterMs } = action
  return next === 'putLedgerBack' || next === 'replay' ? { do: next, afterMs } : { do: next, node, afterMs }
}

/** What takes several steps in order, and would hardly ever come about by chance. */
function makePlot(rng: Rng, options: WorldOptions): readonly Action[] {
  const node = rng.int(0, options.nodes - 1)
  const afterMs = rng.int(0, 90_000)
  const write: Action = { do: 'write', node, rows: rng.int(10, 50), salt: makeSalt(rng), afterMs }
  const upload = (end: Partial<Uploading>): Action => ({
    do: 'upload',
    salt: makeSalt(rng),
    faults: 0,
    latencyMs: 0,
    ...end,
    afterMs,
  })
  if (rng.next() < 0.5) {
    return [
      write,
      { do: 'switch', node, type: 'schematized', backfill: rng.next() < 0.5, afterMs },
      upload({}),
      { do: 'setContract', isStrict: false, afterMs },
      { do: 'replay', afterMs },
      upload({ death: { at: 'step', count: rng.int(1, 10) } }),
    ]
  }
  return [
    write,
    upload({ death: { at: 'step', count: rng.int(5, 14) }, isPowerCut: true }),
    ...Array.from({ length: rng.int(1, 5) }, (): Action => ({ do: 'update', node, salt: makeSalt(rng), afterMs })),
    upload({}),
  ]
}

/** Puts the steps of a plot among the actions, in their order. */
function weave(rng: Rng, actions: Action[], plot: readonly Action[]): void {
  let from = 0
  for (const step of plot) {
    from = rng.int(from, actions.length)
    actions.splice(from++, 0, step)
  }
}

function makeWrite(rng: Rng, options: WorldOptions): NodeAction {
  const rows = rng.next() < 0.85 ? rng.int(1, 15) : rng.int(15, 50)
  return { do: 'write', node: rng.int(0, options.nodes - 1), rows, salt: makeSalt(rng) }
}

function makeSalt(rng: Rng): number {
  return rng.int(0, 2 ** 31)
}

function makeUpload(rng: Rng, options: WorldOptions): Uploading & { readonly node?: number } {
  const kind = rng.next()
  const end: Pick<Uploading, 'death' | 'suspendAt' | 'isPowerCut'> =
    kind < 0.35
      ? {}
      : kind < 0.65
        ? { death: { at: 'step', count: rng.int(1, 30) }, isPowerCut: rng.next() < 0.4 }
        : kind < 0.85
          ? {
              death: { at: rng.pick(['insideWrite', 'afterWrite'] as const), count: rng.int(1, 30) },
              isPowerCut: rng.next() < 0.4,
            }
          : { suspendAt: rng.int(1, 16) }
  const during = rng.next() < 0.2 ? { during: { step: rng.int(1, 15), action: makeInterruption(rng, options) } } : {}
  return {
    salt: makeSalt(rng),
    faults: rng.next() < 0.3 ? rng.next() * 0.6 : 0,
    latencyMs: rng.next() < 0.2 ? rng.int(1, 120_000) : 0,
    ...end,
    ...during,
    ...(options.nodes > 1 && rng.next() < 0.3 ? { node: rng.int(0, options.nodes - 1) } : {}),
  }
}

/** What may happen in the middle of a pass. */
function makeInterruption(rng: Rng, options: WorldOptions): NodeAction {
  const node = rng.int(0, options.nodes - 1)
  const kind = rng.next()
  if (kind < 0.3) return makeWrite(rng, options)
  if (kind < 0.5) return { do: 'switch', node, type: rng.pick(ROUTES), backfill: rng.next() < 0.3 }
  if (kind < 0.65) return { do: rng.pick(['addColumn', 'dropColumn', 'vacuum', 'restore'] as const), node }
  if (kind < 0.75) return { do: 'purge', node, keep: rng.int(0, 5) }
  if (kind < 0.85) return { do: 'update', node, salt: makeSalt(rng) }
  return { do: rng.pick(['startOver', 'recreate'] as const), node, rows: rng.int(1, 20), salt: makeSalt(rng) }
}

function makeNodeAction(rng: Rng, options: WorldOptions): NodeAction {
  const node = rng.int(0, options.nodes - 1)
  const kind = rng.next()
  if (options.isOnDisk && kind < 0.1) {
    return { do: 'holdWrite', node, rows: rng.int(1, 15), salt: makeSalt(rng), isKept: rng.next() < 0.7 }
  }
  if (kind < 0.28) return { do: 'switch', node, type: rng.pick(ROUTES), backfill: rng.next() < 0.3 }
  if (kind < 0.42) return { do: 'purge', node, keep: rng.int(0, 5) }
  if (kind < 0.5) return { do: rng.pick(['update', 'markSynced'] as const), node, salt: makeSalt(rng) }
  if (kind < 0.59) return { do: rng.pick(['addColumn', 'addColumn', 'vacuum'] as const), node }
  if (kind < 0.76) return { do: 'backUp', node }
  if (kind < 0.84) return { do: 'startOver', node, rows: rng.int(1, 30), salt: makeSalt(rng) }
  if (kind < 0.92) return { do: 'recreate', node, rows: rng.int(1, 30), salt: makeSalt(rng) }
  if (kind < 0.96) return { do: rng.pick(['pause', 'resume'] as const), node }
  return { do: 'lock', node, forMs: rng.int(1, 5_000) }
}

function makeWorldAction(rng: Rng): WorldAction {
  const kind = rng.next()
  if (kind < 0.18) return { do: 'tearSpool', salt: makeSalt(rng) }
  if (kind < 0.33) return { do: 'wake' }
  if (kind < 0.56) return { do: 'keepLedger' }
  if (kind < 0.63) return { do: 'loseLedger' }
  if (kind < 0.68) return { do: 'tidyBucket' }
  if (kind < 0.76) return { do: 'setContract', isStrict: rng.next() < 0.3 }
  if (kind < 0.82) return { do: 'replay' }
  if (kind < 0.9) return { do: 'cutLink', forMs: rng.int(1_000, 2 * HOUR) }
  return { do: 'setClock', byMs: rng.pick([-HOUR, HOUR, -DAY, 3 * DAY, -5 * 365 * DAY, 5 * 365 * DAY]) }
}
