import { listEpochs } from '../../electron/core/db/ledger/epochs.ts'
import { listOpenExecutions } from '../../electron/core/db/ledger/executions.ts'
import { listCursors } from '../../electron/core/db/ledger/lanes.ts'
import type { LedgerConnection } from '../../electron/core/db/ledger/connection.ts'
import { createRng } from '../../electron/core/support/rng.ts'
import type { Rng } from '../../electron/core/support/rng.ts'
import type { NodeConfig } from '../../shared/domain/settings.ts'
import type { FakeClock } from '../helpers/fakeClock.ts'
import type { NodeAction, WorldOptions } from './schedule.ts'
import { createSimTable } from './simTable.ts'
import type { SimTable } from './simTable.ts'

/** A row as it was committed: the oracle's copy. */
export interface WrittenRow {
  readonly id: number
  readonly timestamp: string
  /** What it was when written, and what it was corrected to. */
  readonly temperatures: (number | string | null)[]
  readonly anomaly: number
}

/** One life of the node's table: from its creation to its replacement. */
export interface Life {
  readonly number: number
  readonly rows: Map<number, WrittenRow>
  /** Rows deleted by their owner, with the lanes that had read them before. */
  readonly purged: Map<number, Set<string>>
  /** Rows deleted while an open claim covered them, with its lanes: it may have read them, and may read them no more. */
  readonly uncertain: Map<number, Set<string>>
  /** Rows that were gone already when the ledger was lost: what it alone knew of them cannot come back. */
  readonly forgotten: Set<number>
  /** Highest acknowledged sequence seen by anybody while this life was current, by route. */
  readonly acked: Map<string, number>
}

export interface SimNode {
  readonly config: NodeConfig
  readonly table: SimTable
  readonly lives: Life[]
  readonly lifeByEpoch: Map<string, Life>
  /** Types that were in force since the node was made. */
  readonly wasActive: Set<string>
  lockedUntilMs: number
  /** Its life changed, and no upload has looked at it since. */
  isChanged: boolean
  /** Rows or columns that were there have changed. */
  isTouched: boolean
  /** How often its life changed. */
  changes: number
  /** The ledger knows all that was delivered of it. */
  isAligned: boolean
  life(): Life
  apply(action: NodeAction): void
}

export interface NodePorts {
  readonly clock: FakeClock
  readonly ledger: () => LedgerConnection
  readonly note: (text: string) => void
  readonly setPaused: (nodeId: string, isPaused: boolean) => void
}

/** The table that the sensors write. */
export const TABLE = 'sensor_readings'

/** What names a lane of a node whatever ledger it is in. */
export function laneName(claim: { readonly epoch: string; readonly route: string }): string {
  return `${claim.epoch}/${claim.route}`
}

function newLife(number: number, rows: Iterable<readonly [number, WrittenRow]> = []): Life {
  return {
    number,
    rows: new Map(rows),
    purged: new Map(),
    uncertain: new Map(),
    forgotten: new Set(),
    acked: new Map(),
  }
}

/** A node with its sensor and its owner; every action keeps the oracle's copy true. */
export function createSimNode(index: number, path: string, options: WorldOptions, ports: NodePorts): SimNode {
  const { clock } = ports
  const id = `n${index + 1}`
  const table = createSimTable(path, options.isOnDisk, options)
  const lives = [newLife(1)]
  let held: { readonly rows: readonly WrittenRow[]; readonly isKept: boolean } | undefined
  let backup: { readonly life: Life; readonly rows: Map<number, WrittenRow> } | undefined
  const columns: number[] = []
  const note = (text: string): void => ports.note(`${id}: ${text}`)

  const insertRows = (count: number, rng: Rng): readonly WrittenRow[] => {
    const extra = options.isWide ? ['humidity', 'battery'] : []
    const names = ['timestamp', 'sensor_id', 'temperature', 'status_code', 'anomaly_flag', 'anomaly_type', ...extra]
    const insert = table
      .writer()
      .prepare(`INSERT INTO ${TABLE} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`)
    const shared = timestampAt(clock.now())
    return Array.from({ length: count }, (_, i) => {
      const row = makeRow(rng, clock.now(), shared, i)
      const { timestamp, temperature, anomaly } = row
      const more = extra.map(() => Math.round(rng.next() * 1000) / 10)
      const type = anomaly === 1 ? 'spike' : null
      const values = [timestamp, `S${rng.int(1, 3)}`, temperature, anomaly, anomaly, type, ...more]
      return { id: Number(insert.run(...values).lastInsertRowid), timestamp, temperatures: [temperature], anomaly }
    })
  }

  const remember = (rows: readonly WrittenRow[]): void => {
    for (const row of rows) node.life().rows.set(row.id, row)
    note(`${rows.length} rows are written, the last is ${rows.at(-1)?.id}`)
  }

  const write = (count: number, rng: Rng): void => {
    remember(table.writer().transaction(() => insertRows(count, rng))())
  }

  const holdWrite = (action: NodeAction & { readonly do: 'holdWrite' }): void => {
    if (!options.isOnDisk) return
    table.writer().exec('BEGIN IMMEDIATE')
    held = { rows: insertRows(action.rows, createRng(action.salt)), isKept: action.isKept }
    note(`a long transaction of ${action.rows} rows begins`)
  }

  const releaseHeld = (): void => {
    if (held === undefined) return
    const { rows, isKept } = held
    held = undefined
    table.writer().exec(isKept ? 'COMMIT' : 'ROLLBACK')
    if (isKept) remember(rows)
    else note('the long transaction is rolled back')
  }

  /** What was delivered to every route that ever ran in this life; undefined before anything was. */
  const ackedByAll = (): number | undefined => {
    const acked = Math.min(...node.life().acked.values())
    return Number.isFinite(acked) ? acked : undefined
  }

  const mayChange = (): boolean => !node.isChanged && node.isAligned

  const purge = (keep: number): void => {
    const acked = ackedByAll()
    if (acked === undefined || !mayChange()) return
    // The newest row stays: without AUTOINCREMENT an emptied table would hand its numbers out again.
    const deleted = table
      .writer()
      .prepare(`DELETE FROM ${TABLE} WHERE id <= ? AND id < (SELECT MAX(id) FROM ${TABLE}) RETURNING id`)
      .pluck()
      .all(acked - keep) as number[]
    node.isTouched = true
    const claims = listRead(ports.ledger(), id)
    const open = listOpenExecutions(ports.ledger(), id)
    for (const sequence of deleted) {
      const half = open.filter((claim) => claim.fromSeq <= sequence && sequence <= claim.toSeq)
      if (half.length > 0) node.life().uncertain.set(sequence, new Set(half.map(laneName)))
      const read = claims.filter((claim) => claim.fromSeq <= sequence && sequence <= claim.toSeq)
      node.life().purged.set(sequence, new Set(read.map(laneName)))
    }
    note(`${deleted.length} delivered rows are purged`)
  }

  const correct = (rng: Rng): void => {
    if (!options.isWide || !mayChange()) return
    const rows = [...node.life().rows.values()].filter(
      (row) => row.temperatures.length === 1 && row.temperatures[0] !== null,
    )
    if (rows.length === 0) return
    const row = rng.pick(rows)
    const temperature = Math.round(rng.gauss(20, 5) * 100) / 100
    const { changes } = table
      .writer()
      .prepare(`UPDATE ${TABLE} SET temperature = ? WHERE id = ?`)
      .run(temperature, row.id)
    if (changes === 1) row.temperatures.push(temperature)
    node.isTouched = true
    note(`row ${row.id} is corrected to ${temperature}`)
  }

  const markSynced = (): void => {
    const acked = ackedByAll()
    if (!options.isWide || acked === undefined || !mayChange()) return
    table.writer().prepare(`UPDATE ${TABLE} SET synced = 1 WHERE id <= ?`).run(acked)
    node.isTouched = true
    note('delivered rows are marked as synced')
  }

  const restore = (): void => {
    if (backup === undefined || !node.isAligned) return
    if (node.life().purged.size > 0 || backup.life.purged.size > 0) return
    const { rows, life: earlier } = backup
    const last = Math.max(Number.NEGATIVE_INFINITY, ...rows.keys())
    const epoch = listEpochs(ports.ledger(), { nodeId: id, table: TABLE }).at(-1)
    const isKnown = epoch !== undefined && node.lifeByEpoch.get(epoch.epoch) === earlier
    const claimed = listCursors(ports.ledger(), id)
      .filter((cursor) => node.lifeByEpoch.get(cursor.epoch) === earlier)
      .map((cursor) => cursor.claimedSeq)
    // The uploader saw no other table since, and nothing past the backup was claimed: nobody could tell the difference.
    const isSameLife =
      isKnown && epoch.endedAtMs === undefined && last >= Math.max(Number.NEGATIVE_INFINITY, ...claimed)
    table.replace('backup')
    noteChange()
    if (isSameLife) {
      for (const sequence of earlier.rows.keys()) if (sequence > last) earlier.rows.delete(sequence)
      if (earlier !== node.life()) lives.push(earlier)
    } else lives.push(newLife(lives.length + 1, rows))
    backup = undefined
    note(`the backup of ${rows.size} rows is put back, ${isSameLife ? 'nothing past it was claimed' : 'a new life'}`)
  }

  const beginAnew = (action: NodeAction & { readonly do: 'startOver' | 'recreate' }): void => {
    if (!node.isAligned) return
    noteChange()
    if (action.do === 'recreate') table.replace('nothing')
    else {
      table.writer().exec(`DELETE FROM ${TABLE}`)
      if (options.isAutoIncrement) table.writer().exec(`DELETE FROM sqlite_sequence WHERE name = '${TABLE}'`)
    }
    if (action.do === 'recreate') columns.length = 0
    lives.push(newLife(lives.length + 1))
    note(action.do === 'recreate' ? 'the database is made anew' : 'the table is emptied, ids restart')
    clock.advance(1_000 + (action.salt % 80_000))
    write(action.rows, createRng(action.salt))
  }

  const noteChange = (): void => {
    node.isChanged = true
    node.changes++
  }

  const changeColumns = (change: 'addColumn' | 'dropColumn'): void => {
    const writer = table.writer()
    const present = new Set((writer.pragma(`table_info(${TABLE})`) as { name: string }[]).map((column) => column.name))
    if (change === 'addColumn') {
      const number = present.size
      if (present.has(`added_${number}`)) return
      writer.exec(`ALTER TABLE ${TABLE} ADD COLUMN added_${number} INTEGER DEFAULT ${number}`)
      note('a column is added')
      return
    }
    // The last one: what a row is recognised by are its first columns.
    const last = [...present].findLast((name) => name.startsWith('added_'))
    if (last === undefined || !mayChange()) return
    writer.exec(`ALTER TABLE ${TABLE} DROP COLUMN ${last}`)
    node.isTouched = true
    note('a column is dropped')
  }

  const node: SimNode = {
    config: { id, sqlite: path, labels: {}, timeZone: 'UTC' },
    table,
    lives,
    lifeByEpoch: new Map(),
    wasActive: new Set(['raw']),
    lockedUntilMs: Number.NEGATIVE_INFINITY,
    isChanged: false,
    isTouched: false,
    changes: 0,
    isAligned: true,
    life: () => lives.at(-1) as Life,
    apply(action) {
      releaseHeld()
      switch (action.do) {
        case 'write':
          return write(action.rows, createRng(action.salt))
        case 'holdWrite':
          return holdWrite(action)
        case 'switch':
          table.setPipeline(action.type, action.backfill, clock.now())
          node.wasActive.add(action.type)
          return note(`the type becomes ${action.type}${action.backfill ? ' with backfill' : ''}`)
        case 'startOver':
        case 'recreate':
          return beginAnew({ ...action, do: action.do })
        case 'purge':
          return purge(action.keep)
        case 'update':
          return correct(createRng(action.salt))
        case 'markSynced':
          return markSynced()
        case 'addColumn':
        case 'dropColumn':
          return changeColumns(action.do)
        case 'vacuum':
          table.writer().exec('VACUUM')
          return note('vacuum')
        case 'backUp':
          table.backUp()
          backup = {
            life: node.life(),
            rows: new Map([...node.life().rows].filter(([sequence]) => !node.life().purged.has(sequence))),
          }
          return note(`a backup of ${backup.rows.size} rows`)
        case 'restore':
          return restore()
        case 'pause':
        case 'resume':
          ports.setPaused(id, action.do === 'pause')
          return note(action.do)
        case 'lock':
          node.lockedUntilMs = clock.now() + action.forMs
          return note(`locked for ${action.forMs} ms`)
      }
    },
  }
  return node
}

interface ReadClaim {
  readonly epoch: string
  readonly route: string
  readonly fromSeq: number
  readonly toSeq: number
}

/** The claims that have read their rows. */
function listRead(ledger: LedgerConnection, nodeId: string): readonly ReadClaim[] {
  return ledger
    .sql(
      `SELECT epoch, route, from_seq AS fromSeq, to_seq AS toSeq FROM executions
       WHERE node_id = ? AND state IN ('encoded', 'succeeded')`,
    )
    .all(nodeId) as ReadClaim[]
}

function makeRow(
  rng: Rng,
  nowMs: number,
  shared: string,
  index: number,
): { readonly timestamp: string; readonly temperature: number | string | null; readonly anomaly: number } {
  const kind = rng.next()
  const timestamp =
    kind < 0.4
      ? shared
      : kind < 0.5
        ? timestampAt(nowMs - rng.int(1, 2 * 86_400_000))
        : kind < 0.53
          ? 'no time at all'
          : timestampAt(nowMs + index)
  const temperature = rng.next() < 0.06 ? 'hot' : rng.next() < 0.05 ? null : Math.round(rng.gauss(20, 5) * 100) / 100
  return { timestamp, temperature, anomaly: rng.next() < 0.1 ? 1 : 0 }
}

function timestampAt(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '+00:00')
}
