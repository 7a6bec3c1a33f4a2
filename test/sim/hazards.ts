import type Database from 'better-sqlite3'
import { copyFileSync, existsSync, readdirSync, rmSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import type { LedgerConnection } from '../../electron/core/db/ledger/connection.ts'
import { listEpochs } from '../../electron/core/db/ledger/epochs.ts'
import { listExecutions } from '../../electron/core/db/ledger/executions.ts'
import { listCursors } from '../../electron/core/db/ledger/lanes.ts'
import type { Rng } from '../../electron/core/support/rng.ts'

/** A row as it was committed: the oracle's copy. */
export interface WrittenRow {
  readonly id: number
  readonly timestamp: string
  readonly temperature: number | string | null
  readonly anomaly: number
}

/** One life of the node's table: from its creation to its replacement. */
export interface Life {
  readonly number: number
  readonly rows: Map<number, WrittenRow>
  /** Rows deleted by their owner, with the executions that had read them before. */
  readonly purged: Map<number, ReadonlySet<number>>
  /** Highest acknowledged sequence seen by anybody while this life was current, by route. */
  readonly acked: Map<string, number>
}

/** A life that begins empty, or with the rows of a backup. */
export function newLife(number: number, rows: Iterable<readonly [number, WrittenRow]> = []): Life {
  return { number, rows: new Map(rows), purged: new Map(), acked: new Map() }
}

export interface HazardPorts {
  readonly path: string
  readonly ledger: LedgerConnection
  readonly rng: Rng
  readonly lives: Life[]
  readonly lifeByEpoch: ReadonlyMap<string, Life>
  readonly note: (text: string) => void
  readonly writer: () => Database.Database
  /** Closes the writer, removes the files, lets `make` put others there, opens the writer again. */
  readonly reopen: (make: () => void) => void
}

/** What owners, sensors and disks do to a database and a spool; each keeps the oracle's copy true. */
export interface Hazards {
  /** The uploader has seen the files as they are. */
  seen(): void
  purge(): void
  addColumn(): void
  tearSpool(folder: string): void
  backUp(): void
  restore(): void
  startOver(): void
  recreate(): void
}

export function createHazards(ports: HazardPorts): Hazards {
  const { ledger, lives, note, path, rng } = ports
  const life = (): Life => lives.at(-1) as Life
  let backup: { readonly life: Life; readonly rows: Map<number, WrittenRow> } | undefined
  let columns = 0
  // Without a counter, a table that is moved and loses every row it is known by before anybody looks is a new one to all.
  let isMoved = false

  const startLife = (rows?: Iterable<readonly [number, WrittenRow]>): void => {
    lives.push(newLife(lives.length + 1, rows))
  }
  const highestClaim = (of: Life): number =>
    Math.max(
      Number.NEGATIVE_INFINITY,
      ...listCursors(ledger)
        .filter((cursor) => ports.lifeByEpoch.get(cursor.epoch) === of)
        .map((cursor) => cursor.claimedSeq),
    )
  const executionsThatRead = (): Set<number> =>
    new Set(
      listExecutions(ledger, { limit: 100_000 })
        .filter((execution) => execution.state === 'encoded' || execution.state === 'succeeded')
        .map((execution) => execution.id),
    )

  return {
    seen() {
      isMoved = false
    },
    purge() {
      if (isMoved) return
      const acked = Math.min(...life().acked.values(), Number.POSITIVE_INFINITY)
      if (!Number.isFinite(acked)) return
      // The newest row stays: without AUTOINCREMENT an emptied table would hand its numbers out again.
      const deleted = ports
        .writer()
        .prepare(
          'DELETE FROM sensor_readings WHERE id <= ? AND id < (SELECT MAX(id) FROM sensor_readings) RETURNING id',
        )
        .pluck()
        .all(acked - rng.int(0, 5)) as number[]
      const read = executionsThatRead()
      for (const id of deleted) life().purged.set(id, read)
      note(`purge ${deleted.length} delivered rows`)
    },
    addColumn() {
      ports.writer().exec(`ALTER TABLE sensor_readings ADD COLUMN added_${++columns} INTEGER DEFAULT ${columns}`)
      note('a column is added')
    },
    tearSpool(folder) {
      const files = existsSync(folder) ? readdirSync(folder) : []
      if (files.length === 0) return
      const file = rng.pick(files)
      truncateSync(join(folder, file), rng.int(0, 20))
      // It is made again from the source, so rows purged meanwhile count as never read by it.
      const id = Number(/^execution-(\d+)-/.exec(file)?.[1])
      for (const read of new Set(life().purged.values())) (read as Set<number>).delete(id)
      note(`spool file ${file} is torn`)
    },
    backUp() {
      rmSync(`${path}.backup`, { force: true })
      ports.writer().exec(`VACUUM INTO '${path}.backup'`)
      backup = { life: life(), rows: new Map([...life().rows].filter(([id]) => !life().purged.has(id))) }
      note(`backup of ${backup.rows.size} rows`)
    },
    restore() {
      if (backup === undefined || life().purged.size > 0 || backup.life.purged.size > 0) return
      const { rows, life: earlier } = backup
      const last = Math.max(Number.NEGATIVE_INFINITY, ...rows.keys())
      const epoch = listEpochs(ledger, { nodeId: 'n1', table: 'sensor_readings' }).at(-1)
      const isKnown = epoch !== undefined && ports.lifeByEpoch.get(epoch.epoch) === earlier
      // The uploader saw no other table since, and nothing past the backup was claimed: nobody could tell the difference.
      const isSameLife = isKnown && epoch.endedAtMs === undefined && last >= highestClaim(earlier)
      ports.reopen(() => copyFileSync(`${path}.backup`, path))
      isMoved = true
      if (isSameLife) {
        for (const id of earlier.rows.keys()) if (id > last) earlier.rows.delete(id)
        if (earlier !== life()) lives.push(earlier)
      } else startLife(rows)
      backup = undefined
      note(`backup of ${rows.size} rows put back, ${isSameLife ? 'nothing past it was claimed' : 'a new life'}`)
    },
    startOver() {
      const writer = ports.writer()
      writer.exec('DELETE FROM sensor_readings')
      if (writer.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'").get() !== undefined) {
        writer.exec("DELETE FROM sqlite_sequence WHERE name = 'sensor_readings'")
      }
      startLife()
      note('table emptied in place, ids restart')
    },
    recreate() {
      ports.reopen(() => undefined)
      startLife()
      note('database recreated, ids restart')
    },
  }
}
