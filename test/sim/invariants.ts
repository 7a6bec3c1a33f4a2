import { META_SHA256 } from '../../electron/core/objects/port.ts'
import type { LedgerConnection } from '../../electron/core/db/ledger/connection.ts'
import type { WorldOptions } from './schedule.ts'
import type { SimNode } from './simNode.ts'
import type { SimStore } from './simStore.ts'

/** Looks at ledger and bucket after every step that may have changed them. */
export interface Watch {
  /** Something is about to run: notes what it may do, until the next look. */
  begin(): void
  /** Notes the pipeline types in force at this moment. */
  noteTypes(): void
  /** What is broken now and was not before, as sentences. */
  look(): readonly string[]
  /** These executions deliver rows a second claim covers: they come out of quarantine. */
  noteReplays(ids: readonly number[]): void
  replays(): readonly number[]
  /** A replay, noted as one or found in the bucket by a ledger that had lost it. */
  isReplay(executionId: number): boolean
  /** Another ledger took the place of the one watched; it knows these replays. */
  forget(replays: readonly number[]): void
}

interface WatchPorts {
  readonly nodes: readonly SimNode[]
  readonly store: SimStore
  readonly options: WorldOptions
  readonly ledger: () => LedgerConnection
}

interface LaneRow {
  readonly nodeId: string
  readonly epoch: string
  readonly route: string
}

interface CursorRow extends LaneRow {
  readonly claimed: number
  readonly acked: number
  readonly firstSeq: number
}

interface ClaimRow extends LaneRow {
  readonly id: number
  readonly kind: string
  readonly state: string
  readonly fromSeq: number
  readonly toSeq: number
}

const CURSORS = `SELECT c.node_id AS nodeId, c.epoch, c.route, c.claimed_seq AS claimed, c.acked_seq AS acked, e.first_seq AS firstSeq
  FROM cursors c JOIN epochs e ON e.node_id = c.node_id AND e.table_name = c.table_name AND e.epoch = c.epoch`
const CLAIMS = `SELECT id, node_id AS nodeId, epoch, route, kind, state, from_seq AS fromSeq, to_seq AS toSeq FROM executions
  WHERE state <> 'abandoned' ORDER BY node_id, epoch, route, from_seq`
/** A range asked for later whose rows went away with their life: no cursor stood for it. */
const LOST_GAPS = `SELECT node_id AS nodeId, epoch, route, from_seq AS fromSeq, to_seq AS toSeq FROM executions
  WHERE state = 'abandoned' AND kind = 'gap'`
const GAPS = 'SELECT node_id AS nodeId, epoch, route, from_seq AS fromSeq, to_seq AS toSeq FROM gaps'
const STORED = `SELECT o.bucket, o.object_key AS key, o.sha256, o.state FROM objects o JOIN executions e ON e.id = o.execution_id
  WHERE e.state = 'succeeded' AND e.id > ?`

/** A watch over everything that must hold at every moment, not only in the end. */
export function createWatch(ports: WatchPorts): Watch {
  const { nodes, store } = ports
  const types = new Map<string, Set<string>>()
  const crimesKnown = { count: 0 }
  let acked = new Map<string, number>()
  let seen = new Set<number>()
  let proven = new Set<number>()
  let hasLooked = true
  /** Ledgers were lost: there may be executions that came from the bucket. */
  let hasAdopted = false
  let replays = new Set<number>()

  const noteTypes = (): void => {
    for (const node of nodes) types.get(node.config.id)?.add(node.table.readPipeline().type)
  }
  const laneOf = (row: LaneRow): string => `${row.nodeId}/${row.epoch}/${row.route}`

  const checkCursors = (cursors: readonly CursorRow[]): string[] => {
    const wrong: string[] = []
    for (const cursor of cursors) {
      const lane = laneOf(cursor)
      const before = acked.get(lane)
      if (before !== undefined && cursor.acked < before) {
        wrong.push(`P3: ${lane} acknowledged ${before} and then ${cursor.acked}`)
      }
      if (cursor.acked > cursor.claimed) wrong.push(`${lane} acknowledges ${cursor.acked} of ${cursor.claimed} claimed`)
      acked.set(lane, cursor.acked)
      const life = nodes.find((node) => node.config.id === cursor.nodeId)?.lifeByEpoch.get(cursor.epoch)
      life?.acked.set(cursor.route, Math.max(cursor.acked, life.acked.get(cursor.route) ?? cursor.acked))
    }
    return wrong
  }

  const checkClaims = (claims: readonly ClaimRow[]): string[] => {
    const wrong: string[] = []
    for (const [index, claim] of claims.entries()) {
      const next = claims[index + 1]
      if (next !== undefined && laneOf(next) === laneOf(claim) && next.fromSeq <= claim.toSeq) {
        wrong.push(`P2: ${laneOf(claim)} claims ${next.fromSeq}..${claim.toSeq} twice`)
      }
      if (seen.has(claim.id)) continue
      seen.add(claim.id)
      const node = nodes.find((each) => each.config.id === claim.nodeId) as SimNode
      // Deliveries of a life that is over may be found in the bucket and written down whenever the ledger is compared with it.
      if (!node.isAligned || node.lifeByEpoch.get(claim.epoch) !== node.life()) continue
      const may = [...(types.get(claim.nodeId) ?? []), ...ports.options.alwaysOn]
      if (!may.includes(claim.route)) wrong.push(`${claim.route} was claimed while ${may.join()} were on`)
    }
    return wrong
  }

  /** Every sequence up to the acknowledged one belongs to a claim that succeeded, or was left out on record. */
  const checkTiles = (
    cursors: readonly CursorRow[],
    claims: readonly ClaimRow[],
    gaps: readonly ClaimRow[],
  ): string[] => {
    const wrong: string[] = []
    const byLane = Map.groupBy([...claims, ...gaps], laneOf)
    for (const cursor of cursors) {
      const tiles = (byLane.get(laneOf(cursor)) ?? []).toSorted((a, b) => a.fromSeq - b.fromSeq)
      let next = cursor.firstSeq
      for (const tile of tiles) {
        if (tile.fromSeq > next) break
        const isOpenTail = tile.kind === 'tail' && tile.state !== 'succeeded'
        if (isOpenTail && tile.toSeq <= cursor.acked) wrong.push(`P1: ${laneOf(cursor)} passed an open claim`)
        next = Math.max(next, tile.toSeq + 1)
      }
      if (next <= cursor.acked) wrong.push(`P1: ${laneOf(cursor)} acknowledged ${cursor.acked}, but nobody has ${next}`)
    }
    return wrong
  }

  const isReplay = (id: number): boolean => {
    if (replays.has(id)) return true
    if (!hasAdopted) return false
    const names = ports
      .ledger()
      .sql(`SELECT bucket || '/' || object_key FROM objects WHERE execution_id = ?`)
      .pluck()
      .all(id)
    return (names as string[]).some((name) => store.objects.get(name)?.metadata['fieldgate-claim-kind'] === 'replay')
  }

  const checkStored = (ledger: LedgerConnection): string[] => {
    const wrong: string[] = []
    const last = Math.max(0, ...proven)
    const open = ledger.sql(`SELECT MIN(id) FROM executions WHERE state IN ('claimed', 'encoded')`).pluck().get() as
      | number
      | null
    const rows = ledger.sql(STORED).all(last) as { bucket: string; key: string; sha256: string; state: string }[]
    for (const { bucket, key, sha256, state } of rows) {
      const object = store.objects.get(`${bucket}/${key}`)
      if (object === undefined || state !== 'stored') wrong.push(`P1: ${key} is acknowledged and not in the bucket`)
      else if (object.metadata[META_SHA256] !== sha256 && !hasSameContent(ledger, bucket, key, object.metadata)) {
        wrong.push(`P5: ${key} is not the object of the ledger`)
      }
    }
    const newest = ledger.sql('SELECT MAX(id) FROM executions').pluck().get() as number | null
    proven = new Set([Math.max(last, Math.min(newest ?? 0, (open ?? Number.POSITIVE_INFINITY) - 1))])
    return wrong
  }

  return {
    begin() {
      if (hasLooked) for (const node of nodes) types.set(node.config.id, new Set())
      hasLooked = false
      noteTypes()
    },
    noteTypes,
    noteReplays(ids) {
      for (const id of ids) replays.add(id)
    },
    replays: () => [...replays],
    isReplay,
    look() {
      hasLooked = true
      const ledger = ports.ledger()
      const cursors = ledger.sql(CURSORS).all() as CursorRow[]
      const all = ledger.sql(CLAIMS).all() as ClaimRow[]
      const claims = all.filter((claim) => !isReplay(claim.id))
      const gaps = [...ledger.sql(GAPS).all(), ...ledger.sql(LOST_GAPS).all()] as ClaimRow[]
      const crimes = store.crimes.slice(crimesKnown.count)
      crimesKnown.count = store.crimes.length
      return [
        ...crimes,
        ...checkCursors(cursors),
        ...checkClaims(claims),
        ...checkTiles(cursors, claims, gaps),
        ...checkStored(ledger),
      ]
    },
    forget(known) {
      replays = new Set(known)
      hasAdopted = true
      acked = new Map()
      seen = new Set()
      proven = new Set()
    },
  }
}

function hasSameContent(
  ledger: LedgerConnection,
  bucket: string,
  key: string,
  metadata: Readonly<Record<string, string>>,
): boolean {
  const hash = ledger
    .sql('SELECT logical_hash FROM objects WHERE bucket = ? AND object_key = ?')
    .pluck()
    .get(bucket, key)
  return hash === metadata['fieldgate-logical-hash']
}
