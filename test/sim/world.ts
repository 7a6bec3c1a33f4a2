import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LedgerConnection } from '../../electron/core/db/ledger/connection.ts'
import { listEpochs } from '../../electron/core/db/ledger/epochs.ts'
import { listOpenExecutions } from '../../electron/core/db/ledger/executions.ts'
import { writePaused } from '../../electron/core/db/ledger/settings.ts'
import { createRng } from '../../electron/core/support/rng.ts'
import type { Rng } from '../../electron/core/support/rng.ts'
import { inProcessEncoder } from '../../electron/core/uploader/encoder.ts'
import type { Encoder } from '../../electron/core/uploader/encodePort.ts'
import { claimReplays } from '../../electron/core/uploader/replay.ts'
import { createFakeClock } from '../helpers/fakeClock.ts'
import type { FakeClock } from '../helpers/fakeClock.ts'
import { createWatch } from './invariants.ts'
import type { Watch } from './invariants.ts'
import type { Action, NodeAction, Schedule, Uploading, WorldOptions } from './schedule.ts'
import { closeSimLedger, keepSimLedger, openSimLedger } from './simLedger.ts'
import type { KeptLedger } from './simLedger.ts'
import { createSimNode, TABLE } from './simNode.ts'
import type { Life, SimNode } from './simNode.ts'
import { startRunner } from './simRunner.ts'
import type { SimRunner } from './simRunner.ts'
import { configOf, withContract } from './simConfig.ts'
import { createSimStore } from './simStore.ts'
import type { SimStore } from './simStore.ts'

/** A whole world: nodes and their sensors, a workspace, a store, and everything that can go wrong. */
export interface World {
  readonly options: WorldOptions
  readonly clock: FakeClock
  readonly store: SimStore
  readonly nodes: readonly SimNode[]
  readonly ledger: () => LedgerConnection
  /** Folder of the workspace's state. */
  readonly stateDir: string
  /** True once readings that are no number were let through. */
  readonly wasRelaxed: () => boolean
  /** True for an execution that delivers rows out of quarantine. */
  readonly isReplay: (executionId: number) => boolean
  /** What happened, in words. */
  readonly story: readonly string[]
  /** Promises broken so far. */
  readonly violations: readonly string[]
  apply(action: Action): Promise<void>
  /** Repairs every fault and uploads until nothing is left. */
  settle(): Promise<void>
  close(): void
}

/** A bug that a test puts in on purpose, through a port. */
export interface Plant {
  readonly encoder?: (real: Encoder) => Encoder
  readonly store?: (real: SimStore) => SimStore
}

/** Each object that a conflict names takes an upload more. */
const MOST_ROUNDS = 60
const START_MS = Date.UTC(2026, 2, 1, 22)

/**
 * Makes the world of a schedule as it is before the first action. Ledger and bucket are looked at after every
 * `watchEvery`-th upload.
 */
export function createWorld(
  { options, seed }: Pick<Schedule, 'options' | 'seed'>,
  plant: Plant = {},
  watchEvery = 1,
): World {
  const folder = mkdtempSync(join(tmpdir(), 'fieldgate-sim-'))
  const stateDir = join(folder, 'state')
  mkdirSync(stateDir)
  const clock = createFakeClock(START_MS)
  const realStore = createSimStore(clock)
  const store = plant.store?.(realStore) ?? realStore
  const story: string[] = []
  const violations: string[] = []
  const note = (text: string): void => void story.push(text.replaceAll(folder, ''))
  const sleepers: SimRunner[] = []
  let ledger = openSimLedger()
  let kept:
    | {
        readonly ledger: KeptLedger
        readonly epochs: readonly ReadonlyMap<string, Life>[]
        readonly replays: readonly number[]
      }
    | undefined
  let runs = 0
  let wasRelaxed = false
  let isLedgerLost = false

  const nodes = Array.from({ length: options.nodes }, (_, index) =>
    createSimNode(index, join(folder, `node${index + 1}.sqlite`), options, {
      clock,
      note,
      ledger: () => ledger,
      setPaused: (nodeId, isPaused) => writePaused(ledger, nodeId, isPaused ? clock.now() : undefined),
    }),
  )
  const byId = new Map(nodes.map((node) => [node.config.id, node]))
  store.mayDiffer = (key) =>
    isLedgerLost &&
    (config !== base || nodes.some((node) => node.isTouched && key.includes(`/node=${node.config.id}/`)))
  const base = configOf(
    folder,
    options,
    nodes.map((node) => node.config),
  )
  /** As the next process reads it. */
  let config = base
  const realEncoder = inProcessEncoder((path) =>
    (nodes.find((node) => node.config.sqlite === path) as SimNode).table.open(),
  )
  const encoder = plant.encoder?.(realEncoder) ?? realEncoder
  const watch: Watch = createWatch({ nodes, store, options, ledger: () => ledger })

  /** What is in the spool as the disk has it after the power went: whole, torn, missing, or full of something else. */
  const damageSpool = (rng: Rng, chance: number): void => {
    const spool = join(stateDir, 'spool')
    for (const file of existsSync(spool) ? readdirSync(spool).toSorted() : []) {
      if (rng.next() >= chance) continue
      const path = join(spool, file)
      const kind = rng.int(0, 2)
      const { size } = statSync(path)
      if (kind === 0) rmSync(path)
      else if (kind === 1) truncateSync(path, rng.int(0, Math.max(0, size - 1)))
      else writeFileSync(path, Buffer.alloc(size, 7))
      note(`spool file ${file} is ${['gone', 'torn', 'garbage'][kind]}`)
    }
  }

  const finish = (runner: SimRunner, changes: readonly number[]): void => {
    const looked = runner.looked()
    for (const node of nodes) {
      // It died before it could say which epoch it began.
      for (const { epoch } of listEpochs(ledger, { nodeId: node.config.id, table: TABLE })) {
        if (!node.lifeByEpoch.has(epoch)) node.lifeByEpoch.set(epoch, node.life())
      }
    }
    if (runs % watchEvery === 0) violations.push(...watch.look())
    for (const [index, node] of nodes.entries()) {
      if (!looked.has(node.config.id)) continue
      node.isAligned = true
      if (node.changes === changes[index]) node.isChanged = false
    }
  }

  const upload = async (wanted: Uploading & { readonly node?: number }): Promise<SimRunner> => {
    const pid = ++runs
    watch.begin()
    const changes = nodes.map((node) => node.changes)
    const nodeIds = wanted.node === undefined ? undefined : [nodes[wanted.node]?.config.id as string]
    const alive = new Set([pid, ...sleepers.filter((each) => each.isAsleep()).map((each) => each.pid)])
    const runner = startRunner(
      {
        config,
        clock,
        ledger,
        store,
        encoder,
        nodes: byId,
        isAlive: (other) => other === pid || alive.has(other),
        interrupt: (action) => interrupt(action),
        complain: (violation) => void violations.push(violation),
      },
      pid,
      wanted,
      nodeIds,
    )
    await runner.rest()
    if (runner.isAsleep()) sleepers.push(runner)
    finish(runner, changes)
    const how = runner.isAsleep()
      ? `it stops moving at wait ${wanted.suspendAt}`
      : runner.isDead()
        ? `it dies at ${wanted.death?.at} ${wanted.death?.count}`
        : runner.failures().length > 0
          ? `it fails: ${runner.failures().join(' / ')}`
          : 'it ends well'
    note(`runner ${pid} uploads ${nodeIds?.join() ?? 'all'}: ${how}${tellTroubles(runner)}`)
    if (runner.isDead() && wanted.isPowerCut === true) {
      for (const each of sleepers.splice(0)) each.kill()
      damageSpool(createRng(wanted.salt).fork('disk'), 0.5)
    }
    return runner
  }

  const interrupt = (action: NodeAction): void => {
    note('in the middle of it:')
    watch.noteTypes()
    ;(nodes[action.node] as SimNode).apply(action)
    watch.noteTypes()
  }

  const wake = async (): Promise<void> => {
    for (const runner of sleepers.splice(0)) {
      watch.begin()
      const changes = nodes.map((node) => node.changes)
      runner.wake()
      await runner.rest()
      finish(runner, runner.isDead() ? [] : changes)
      note(`runner ${runner.pid} is woken and ends: ${runner.failures().join(' / ') || 'well'}${tellTroubles(runner)}`)
    }
  }

  /** A ledger that knows less takes the place of the one there is. */
  const replaceLedger = (by: KeptLedger | undefined): void => {
    for (const runner of sleepers.splice(0)) runner.kill()
    closeSimLedger(ledger)
    isLedgerLost = true
    ledger = openSimLedger(by)
    for (const node of nodes) node.isAligned = false
    rmSync(join(stateDir, 'last_upload_state.json'), { force: true })
    for (const [index, node] of nodes.entries()) {
      for (const life of node.lives) {
        for (const id of life.purged.keys()) life.forgotten.add(id)
        // Rows in quarantine are read again from the source, which has none of an earlier life.
        if (life !== node.life()) for (const id of life.rows.keys()) life.forgotten.add(id)
      }
      for (const life of node.lives) life.acked.clear()
      // An epoch that neither the ledger nor the bucket has heard of may be named again.
      const known = by === undefined ? undefined : kept?.epochs[index]
      for (const [epoch, life] of known ?? []) node.lifeByEpoch.set(epoch, life)
      for (const epoch of node.lifeByEpoch.keys()) {
        const isInBucket = [...store.objects.keys()].some((name) => name.includes(`/${epoch}-`))
        if (!isInBucket && known?.has(epoch) !== true) node.lifeByEpoch.delete(epoch)
      }
    }
    watch.forget(by === undefined ? [] : (kept?.replays ?? []))
  }

  /** What a person does about a conflict: what others put there goes, and what the failures of the uploads name. */
  const tidyBucket = (): boolean => {
    for (const name of store.foreign) store.objects.delete(name)
    store.foreign.clear()
    const told = ledger
      .sql(
        `SELECT error_message || ' ' || error_hint FROM executions WHERE state IN ('claimed', 'encoded') AND error_code = 'conflict'`,
      )
      .pluck()
      .all() as string[]
    const named = [...store.objects.keys()].filter((name) => {
      const key = name.slice(name.indexOf('/') + 1)
      return told.some((text) => text?.includes(key))
    })
    for (const name of named) {
      store.objects.delete(name)
      note(`${name} is moved away`)
    }
    return named.length > 0
  }

  const replay = (): void => {
    // Who replays runs the product, which looks at the bucket first.
    if (nodes.some((node) => !node.isAligned)) return
    const { executions, ids } = claimReplays(ledger, config, { atMs: clock.now() })
    watch.noteReplays(executions.map((execution) => execution.id))
    note(`${ids.length} rows are claimed for replay`)
  }

  /** True when the rows that the table is recognised by, as the ledger and the bucket tell them, are purged. */
  function isUnknowable(node: SimNode): boolean {
    const { acked, purged } = node.life()
    if ([...acked.values()].some((sequence) => purged.has(sequence))) return true
    const marks = ledger
      .sql(
        `SELECT DISTINCT e.to_seq FROM executions e JOIN objects o ON o.execution_id = e.id
         WHERE e.node_id = ? AND e.epoch = (SELECT epoch FROM epochs WHERE node_id = e.node_id ORDER BY ordinal DESC LIMIT 1)`,
      )
      .all(node.config.id) as { readonly to_seq: number }[]
    return marks.length > 0 && marks.every((mark) => purged.has(mark.to_seq))
  }

  async function apply(action: Action): Promise<void> {
    clock.advance(action.afterMs)
    switch (action.do) {
      case 'upload':
        return void (await upload(action))
      case 'wake':
        return wake()
      case 'tearSpool':
        return damageSpool(createRng(action.salt), 0.7)
      case 'cutLink':
        store.cutUntilMs = clock.now() + action.forMs
        return note(`the link is cut for ${Math.round(action.forMs / 1000)} s`)
      case 'setClock':
        clock.advance(action.byMs)
        return note(`the clock jumps by ${action.byMs / 3_600_000} h`)
      case 'tidyBucket':
        return void tidyBucket()
      case 'replay':
        return replay()
      case 'setContract':
        wasRelaxed ||= !action.isStrict
        config = withContract(base, action.isStrict)
        return note(`the contract becomes ${action.isStrict ? 'strict' : 'relaxed'}`)
      case 'keepLedger':
        kept = {
          ledger: keepSimLedger(ledger),
          epochs: nodes.map((node) => new Map(node.lifeByEpoch)),
          replays: watch.replays(),
        }
        return note('a copy of the ledger is kept')
      case 'putLedgerBack':
      case 'loseLedger':
        if (nodes.some((node) => node.isChanged) || (action.do === 'putLedgerBack' && kept === undefined)) return
        // Without ledger and without any row that was delivered, nobody can tell that it is the same table: it counts as new.
        if (nodes.some(isUnknowable)) return
        replaceLedger(action.do === 'putLedgerBack' ? kept?.ledger : undefined)
        return note(action.do === 'putLedgerBack' ? 'the kept copy of the ledger is put back' : 'the ledger is lost')
      case 'write':
      case 'holdWrite':
      case 'switch':
      case 'startOver':
      case 'recreate':
      case 'purge':
      case 'update':
      case 'markSynced':
      case 'addColumn':
      case 'dropColumn':
      case 'vacuum':
      case 'backUp':
      case 'restore':
      case 'pause':
      case 'resume':
      case 'lock':
        return nodes[action.node]?.apply(action)
    }
  }

  for (const [index, node] of nodes.entries()) {
    node.apply({ do: 'write', node: index, rows: options.firstRows, salt: seed + index })
  }
  return {
    options,
    clock,
    store,
    nodes,
    ledger: () => ledger,
    stateDir,
    wasRelaxed: () => wasRelaxed,
    isReplay: (id) => watch.isReplay(id),
    story,
    violations,
    apply,
    async settle() {
      note('everything is mended')
      store.cutUntilMs = Number.NEGATIVE_INFINITY
      for (const node of nodes) {
        node.lockedUntilMs = Number.NEGATIVE_INFINITY
        node.apply({ do: 'resume', node: 0 })
      }
      await wake()
      let last: SimRunner | undefined
      for (
        let round = 0;
        round < MOST_ROUNDS && !(last?.endedWell() === true && listOpenExecutions(ledger).length === 0);
        round++
      ) {
        if (!tidyBucket() && round >= 4) break
        clock.advance(600_000)
        last = await upload({ salt: round, faults: 0, latencyMs: 0 })
      }
      for (const failure of last?.failures() ?? []) violations.push(`after everything is mended: ${failure}`)
    },
    close() {
      for (const runner of sleepers.splice(0)) runner.kill()
      for (const node of nodes) node.table.close()
      closeSimLedger(ledger)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function tellTroubles({ troubles }: SimRunner): string {
  return troubles.length === 0 ? '' : ` (on its way: ${[...new Set(troubles)].join(' / ')})`
}
