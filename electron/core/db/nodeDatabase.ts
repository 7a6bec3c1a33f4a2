import { statSync } from 'node:fs'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import { anchorOfRow } from './node/anchors.ts'
import { openSource } from './node/connection.ts'
import type { SourceConnection } from './node/connection.ts'
import { chooseTable, chooseTimestampColumn, detectEncoding } from './node/detect.ts'
import type { FoundTable } from './node/detect.ts'
import { explainFailure } from './node/failures.ts'
import { readGlance } from './node/glance.ts'
import { countRange, readIdentity, readNewest, readRange, tableQueries } from './node/rows.ts'
import type { TableQueries } from './node/rows.ts'
import { recogniseShape } from './node/shape.ts'
import { fingerprintOf, isAutoIncrement, listTables, readColumns } from './node/tables.ts'
import type { NodeDatabase, TablePlan } from './nodePort.ts'

/** Times looked at on either end of the table to tell how they are written. */
const SAMPLES = 16

/**
 * Opens a node's database read-only (see `NodeDatabase`). `timeZone` must be an IANA zone; it is kept by the callers
 * that read times. Throws `notFound` for a missing file, `denied`, `unavailable` and `corrupt`, each with its remedy.
 */
export function openNodeDatabase(path: string, _options: { readonly timeZone: string }): NodeDatabase {
  return nodeDatabaseOver(openSource(path), path, () => fileIdentity(path))
}

/** The same over a connection that is open already; `identifyFile` says where the database lies, as a hint. */
export function nodeDatabaseOver(connection: SourceConnection, path: string, identifyFile: () => string): NodeDatabase {
  const schema = rememberSchema(connection)
  const queries = new Map<string, TableQueries>()
  const queriesOf = (plan: Pick<TablePlan, 'table' | 'columns'>): TableQueries => {
    const key = `${plan.table}/${plan.columns.map((column) => column.name).join('/')}`
    const known = queries.get(key) ?? tableQueries(plan)
    queries.set(key, known)
    return known
  }
  const byName = (table: string): TableQueries => queriesOf({ table, columns: existingColumns(schema, path, table) })
  let isInSnapshot = false
  const guarded = <T>(read: () => T): T => {
    try {
      return read()
    } catch (error) {
      throw explainFailure(error, path)
    }
  }
  const snapshot = <T>(read: () => T): T =>
    guarded(() => {
      if (isInSnapshot) return read()
      connection.begin()
      isInSnapshot = true
      try {
        return read()
      } finally {
        isInSnapshot = false
        connection.end()
      }
    })
  return {
    path,
    tables: () =>
      guarded(() =>
        listTables(connection).map(({ name, problem }) => ({
          name,
          rows: problem === undefined || problem.startsWith('holds') ? countAll(connection, byName(name)) : 0,
          problem,
        })),
      ),
    plan: (wanted = {}) => snapshot(() => makePlan(connection, schema, path, wanted)),
    identity: (table) =>
      guarded(() => {
        const columns = existingColumns(schema, path, table)
        return readIdentity(connection, { table, columns }, identifyFile())
      }),
    anchor: (plan, sequence) =>
      guarded(() => {
        const [row] = readRange(connection, queriesOf(plan), sequence - 1, sequence, 1)
        return row === undefined ? undefined : anchorOfRow(plan, row.slice(1))
      }),
    readRows: (plan, afterSeq, toSeq, limit) =>
      guarded(() => readRange(connection, queriesOf(plan), afterSeq, toSeq, limit)),
    countRows: (table, afterSeq, toSeq) => guarded(() => countRange(connection, byName(table), afterSeq, toSeq)),
    recentRows: (plan, limit) => guarded(() => readNewest(connection, queriesOf(plan), limit)),
    snapshot,
    glance: (plan, afterSeq, limit) => guarded(() => readGlance(connection, plan, afterSeq, limit)),
    dataVersion: () => guarded(() => Number(connection.all('PRAGMA data_version')[0]?.[0])),
    journalMode: () => guarded(() => journalModeOf(connection)),
    pageSize: () => guarded(() => Number(connection.all('PRAGMA page_size')[0]?.[0])),
    close: () => connection.close(),
  }
}

/** What the schema says, asked once as long as it does not change. */
interface Schema {
  tables(): readonly FoundTable[]
  columns(table: string): TablePlan['columns']
  isAutoIncrement(table: string): boolean
}

function rememberSchema(connection: SourceConnection): Schema {
  let version: unknown
  let answers = new Map<string, unknown>()
  const once = <T>(name: string, ask: () => T): T => {
    const now = connection.all('PRAGMA schema_version')[0]?.[0]
    if (now !== version) answers = new Map()
    version = now
    if (!answers.has(name)) answers.set(name, ask())
    return answers.get(name) as T
  }
  return {
    tables: () => once('tables', () => listTables(connection)),
    columns: (table) => once(`columns ${table}`, () => readColumns(connection, table)),
    isAutoIncrement: (table) => once(`counter ${table}`, () => isAutoIncrement(connection, table)),
  }
}

function makePlan(
  connection: SourceConnection,
  schema: Schema,
  path: string,
  wanted: { readonly table?: string | undefined; readonly timestampColumn?: string | undefined },
): TablePlan {
  const table = chooseTable(path, schema.tables(), wanted.table)
  const timestampColumn = chooseTimestampColumn(path, table, wanted.timestampColumn)
  return {
    table: table.name,
    columns: table.columns,
    timestampColumn,
    timestampEncoding: detectEncoding(sampleTimes(connection, table, timestampColumn)),
    shape: recogniseShape(table.name, table.columns, journalModeOf(connection)),
    autoIncrement: schema.isAutoIncrement(table.name),
    fingerprint: fingerprintOf(table.columns),
  }
}

function sampleTimes(
  connection: SourceConnection,
  table: Pick<TablePlan, 'columns'> & { readonly name: string },
  timestampColumn: string,
): readonly unknown[] {
  const column = table.columns.find((candidate) => candidate.name === timestampColumn)
  if (column === undefined) return []
  const { range, newest } = tableQueries({ table: table.name, columns: [column, ...hiding(table.columns)] })
  const first = connection.all(range, [-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, SAMPLES])
  return [...first, ...connection.all(newest, [SAMPLES])].map((row) => row[1])
}

/** Columns called like the row id have to be known to a query, or it reads them for the row id. */
function hiding(columns: TablePlan['columns']): TablePlan['columns'] {
  return columns.filter((column) => ['rowid', '_rowid_', 'oid'].includes(column.name.toLowerCase()))
}

function existingColumns(schema: Schema, path: string, table: string): TablePlan['columns'] {
  const columns = schema.columns(table)
  if (columns.length > 0) return columns
  throw new FieldgateError('notFound', `${path} has no table "${table}" any more.`, {
    hint: 'Its sensor may be making a new database at this moment; it is read again.',
    retryable: true,
  })
}

function countAll(connection: SourceConnection, queries: TableQueries): number {
  return countRange(connection, queries, -Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
}

function journalModeOf(connection: SourceConnection): string {
  return connection.journalMode ?? String(connection.all('PRAGMA journal_mode')[0]?.[0]).toLowerCase()
}

function fileIdentity(path: string): string {
  const file = statSync(path, { throwIfNoEntry: false })
  return file === undefined ? '' : `${file.dev}:${file.ino}:${Math.round(file.birthtimeMs)}`
}
