import type Database from 'better-sqlite3'
import { connectLedger } from '../../electron/core/db/ledger/connection.ts'
import type { LedgerConnection } from '../../electron/core/db/ledger/connection.ts'
import { noteLedgerFile } from '../../electron/core/db/ledger/settings.ts'

/** Everything a ledger holds, by table: what a copy of its file would. */
export type KeptLedger = readonly (readonly [table: string, rows: readonly (readonly unknown[])[]])[]

/**
 * Ledgers that no world uses any more. What is prepared for one costs more than all that a world does with it, so they are
 * emptied and used again.
 */
const free: LedgerConnection[] = []
let files = 0

/** A ledger in memory, empty or as it was kept; it lies in a file of its own, as a copy that is put back does. */
export function openSimLedger(kept: KeptLedger = []): LedgerConnection {
  const ledger = free.pop() ?? makeLedger()
  ledger.write(() => {
    ledger.database.pragma('defer_foreign_keys = ON')
    for (const [table, rows] of kept) {
      if (rows.length === 0) continue
      const insert = ledger.sql(`INSERT INTO ${table} VALUES (${rows[0]?.map(() => '?').join(', ')})`)
      for (const row of rows) insert.run(...row)
    }
  })
  noteLedgerFile(ledger, `memory:${++files}`)
  return ledger
}

function makeLedger(): LedgerConnection {
  const ledger = connectLedger(':memory:')
  const transaction = ledger.database.transaction((work: () => unknown) => work())
  return {
    ...ledger,
    write: <T>(work: () => T): T => (ledger.database.inTransaction ? work() : (transaction.immediate(work) as T)),
  }
}

/** A copy of everything in it. */
export function keepSimLedger(ledger: LedgerConnection): KeptLedger {
  return [...tablesOf(ledger), 'sqlite_sequence'].map((table) => [
    table,
    ledger.sql(`SELECT * FROM ${table}`).raw(true).all() as unknown[][],
  ])
}

/** Gives a ledger back that nobody uses any more. */
export function closeSimLedger(ledger: LedgerConnection): void {
  ledger.write(() => {
    ledger.database.pragma('defer_foreign_keys = ON')
    for (const table of [...tablesOf(ledger), 'sqlite_sequence']) ledger.sql(`DELETE FROM ${table}`).run()
  })
  free.push(ledger)
}

const tables = new WeakMap<Database.Database, readonly string[]>()

function tablesOf({ database }: LedgerConnection): readonly string[] {
  let names = tables.get(database)
  if (names === undefined) {
    names = database
      .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`)
      .pluck()
      .all() as string[]
    tables.set(database, names)
  }
  return names
}

/** The end of a process: nothing it still means to do happens. */
export class Crash extends Error {}

/** A runner's view of the ledger. It dies as it was told to, and a dead one can do nothing. */
export interface MortalLedger {
  readonly ledger: LedgerConnection
  /** Outermost transactions begun so far. */
  writes: number
}

/**
 * Wraps a ledger for one runner: `guard` throws once it is dead, `strike` hears of every outermost transaction while it is
 * open and after it is durable, and may throw: inside, everything is rolled back.
 */
export function mortalLedger(
  ledger: LedgerConnection,
  guard: () => void,
  strike: (moment: 'insideWrite' | 'afterWrite', count: number) => void,
): MortalLedger {
  const mortal: MortalLedger = {
    writes: 0,
    ledger: {
      database: ledger.database,
      sql(text) {
        guard()
        return ledger.sql(text)
      },
      write(work) {
        guard()
        if (ledger.database.inTransaction) return work()
        const count = ++mortal.writes
        const result = ledger.write(() => {
          const made = work()
          strike('insideWrite', count)
          return made
        })
        strike('afterWrite', count)
        return result
      },
    },
  }
  return mortal
}
