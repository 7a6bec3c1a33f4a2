import Database from 'better-sqlite3'
import { existsSync, rmSync } from 'node:fs'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import { isDamage } from './integrity.ts'
import { salvageTable } from './salvage.ts'

/** What of one table could be saved. `lost` counts row ids that lie on damaged pages. */
interface RecoveredTable {
  readonly name: string
  readonly saved: number
  readonly lost: number
}

export interface RecoveryReport {
  readonly target: string
  readonly tables: readonly RecoveredTable[]
  readonly saved: number
  readonly lost: number
  /** Indexes, triggers and views that could not be made anew, with the reason. */
  readonly notes: readonly string[]
}

interface SchemaEntry {
  readonly type: string
  readonly name: string
  readonly sql: string | null
}

/**
 * Copies everything readable of a damaged database into a new file; the original is opened read-only and stays as it is.
 * Row ids, the id counter, indexes, triggers and views are kept. Throws `corrupt` when not even the schema can be read,
 * `conflict` when the target exists; a target that could not be completed is removed.
 */
export function recoverDatabase(source: string, target: string): RecoveryReport {
  if (existsSync(target)) {
    throw new FieldgateError('conflict', `${target} exists already.`, {
      hint: 'It is an earlier repair: move it away first.',
    })
  }
  const from = new Database(source, { readonly: true, fileMustExist: true })
  try {
    const schema = readSchema(from, source)
    const to = new Database(target)
    try {
      const report = copyAll(from, to, schema, target)
      to.close()
      return report
    } catch (error) {
      to.close()
      for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(target + suffix, { force: true })
      throw error
    }
  } finally {
    from.close()
  }
}

function readSchema(from: Database.Database, source: string): readonly SchemaEntry[] {
  try {
    return from
      .prepare(`SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid`)
      .all() as SchemaEntry[]
  } catch (error) {
    if (!isDamage(error)) throw error
    throw new FieldgateError('corrupt', `The list of tables in ${source} cannot be read: ${error.message}.`, {
      hint: 'Nothing can be saved from this file. Keep it, and restore a backup; delivered rows are in the bucket.',
      cause: error,
    })
  }
}

function copyAll(
  from: Database.Database,
  to: Database.Database,
  schema: readonly SchemaEntry[],
  target: string,
): RecoveryReport {
  to.pragma('journal_mode = DELETE')
  to.pragma('synchronous = NORMAL')
  const notes: string[] = []
  const tables = schema
    .filter((entry) => entry.type === 'table' && entry.sql !== null)
    .map((entry): RecoveredTable => {
      to.exec(entry.sql as string)
      return { name: entry.name, ...salvageTable(from, to, entry.name) }
    })
  copyCounters(from, to)
  for (const entry of schema.filter((candidate) => candidate.type !== 'table' && candidate.sql !== null)) {
    try {
      to.exec(entry.sql as string)
    } catch (error) {
      notes.push(`${entry.type} ${entry.name}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  const verdict = to.pragma('integrity_check(1)', { simple: true }) as string
  if (verdict !== 'ok') throw new FieldgateError('internal', `The repaired file ${target} is not sound: ${verdict}`)
  return {
    target,
    tables,
    saved: tables.reduce((sum, table) => sum + table.saved, 0),
    lost: tables.reduce((sum, table) => sum + table.lost, 0),
    notes,
  }
}

/** Ids that were given out must not be given out again, even if their rows are lost. */
function copyCounters(from: Database.Database, to: Database.Database): void {
  try {
    const counters = from.prepare('SELECT name, seq FROM sqlite_sequence').all() as { name: string; seq: number }[]
    for (const { name, seq } of counters) {
      const changed = to.prepare('UPDATE sqlite_sequence SET seq = MAX(seq, ?) WHERE name = ?').run(seq, name).changes
      if (changed === 0) to.prepare('INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)').run(name, seq)
    }
  } catch (error) {
    // A database without AUTOINCREMENT has no counters; a damaged counter is replaced by the highest saved id.
    if (!(error instanceof Database.SqliteError)) throw error
  }
}
