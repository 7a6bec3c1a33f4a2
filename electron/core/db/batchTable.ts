import Database from 'better-sqlite3'

/** What a column of a query holds: the declared type behind it, or what a trial run gave. */
export interface QueryColumn {
  readonly name: string
  readonly declaredType: string | undefined
  /** The column of `batch` that it hands on unchanged, if it does. */
  readonly origin: string | undefined
  /** `typeof()` of the value that the query gave for a made-up row; undefined when it gave none. */
  readonly sampleType: string | undefined
}

export interface BatchColumn {
  readonly name: string
  readonly declaredType: string
}

export interface BatchTable {
  /** Adds rows: `_row_id` first, then the values in column order. */
  insert(rows: readonly (readonly unknown[])[]): void
  /** Runs the query over everything inserted, as arrays. */
  select(): unknown[][]
  close(): void
}

/** Pages of the temporary database kept in memory; the rest spills to a temporary file that has no name. */
const CACHE_KIB = 32_768

/** A scratch database with one empty table `batch(_row_id, …columns)`: temporary, private, gone when closed. */
function openScratch(columns: readonly BatchColumn[]): Database.Database {
  const database = new Database('')
  database.pragma('journal_mode = OFF')
  database.pragma('synchronous = OFF')
  database.pragma(`cache_size = -${CACHE_KIB}`)
  database.pragma('trusted_schema = OFF')
  const declared = columns.map((column) => `${quote(column.name)} ${typeName(column.declaredType)}`)
  database.exec(`CREATE TABLE batch (${['_row_id INTEGER PRIMARY KEY', ...declared].join(', ')})`)
  // Not MIN or MAX of SQLite: those change which row a column beside them is taken from.
  database.aggregate<number>('fieldgate_last', {
    start: Number.NEGATIVE_INFINITY,
    step: (last, value) => Math.max(last ?? Number.NEGATIVE_INFINITY, value),
    deterministic: true,
  })
  return database
}

/** What a query over `batch` gives, found without any row of the source; also how SQLite carries it out. */
export interface QueryShape {
  readonly columns: readonly QueryColumn[]
  readonly isReadOnly: boolean
  /** True when one output row can stand for several rows of the batch. */
  readonly isAggregate: boolean
}

/** Tries a query on made-up rows. Throws what SQLite says about a query that it cannot run. */
export function shapeOfQuery(columns: readonly BatchColumn[], sql: string): QueryShape {
  const database = openScratch(columns)
  try {
    const statement = database.prepare<unknown[], unknown[]>(sql)
    if (!statement.reader) return { columns: [], isReadOnly: false, isAggregate: false }
    const isReadOnly = statement.readonly
    const found = statement.columns()
    fillSamples(database, columns)
    const samples = isReadOnly ? statement.raw(true).safeIntegers(true).all() : []
    const plan = database.prepare<unknown[], { opcode: string }>(`EXPLAIN ${sql}`).all()
    return {
      columns: found.map((column, index) => ({
        name: column.name,
        declaredType: column.type ?? undefined,
        origin: column.column ?? undefined,
        sampleType: samples.map((row) => typeOfValue(row[index])).find((type) => type !== undefined),
      })),
      isReadOnly,
      isAggregate: plan.some((step) => /^(?:Agg|Count$)/.test(step.opcode)),
    }
  } finally {
    database.close()
  }
}

/** Opens the batch table for one batch and prepares the query over it. */
export function openBatchTable(columns: readonly BatchColumn[], sql: string): BatchTable {
  const database = openScratch(columns)
  const insert = database.prepare(`INSERT INTO batch VALUES (${['?', ...columns.map(() => '?')].join(', ')})`)
  const select = database.prepare<unknown[], unknown[]>(sql).raw(true).safeIntegers(true)
  const insertAll = database.transaction((rows: readonly (readonly unknown[])[]) => {
    for (const row of rows) insert.run(row)
  })
  return {
    insert: (rows) => insertAll(rows),
    select: () => select.all().map((row) => row.map(plainInteger)),
    close: () => database.close(),
  }
}

/** Small, negative and large values, so that a query with a condition meets a row that it lets through. */
function fillSamples(database: Database.Database, columns: readonly BatchColumn[]): void {
  const insert = database.prepare(`INSERT INTO batch VALUES (${['?', ...columns.map(() => '?')].join(', ')})`)
  for (const [id, factor] of [
    [1, 1],
    [2, -1000],
    [3, 100_000],
  ] as const) {
    insert.run(id, ...columns.map((column) => sampleValue(column, id, factor)))
  }
}

function sampleValue(column: BatchColumn, id: number, factor: number): unknown {
  const type = column.declaredType.toUpperCase()
  if (/INT|BOOL/.test(type)) return BigInt(id === 1 ? 1 : id === 2 ? 0 : factor)
  if (/REAL|FLOA|DOUB|NUM|DEC/.test(type)) return 1.5 * factor
  if (/BLOB/.test(type)) return Buffer.from([id])
  return `2026-01-01T00:00:0${id}.000+00:00`
}

function typeOfValue(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined
  if (typeof value === 'bigint') return 'integer'
  if (typeof value === 'number') return 'real'
  return typeof value === 'string' ? 'text' : 'blob'
}

/** A number where it is exact, as a source row has it. */
function plainInteger(value: unknown): unknown {
  if (typeof value !== 'bigint') return value
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** A declared type as SQLite accepts it; it comes from the source's own schema. */
function typeName(declaredType: string): string {
  return /^[A-Za-z][\w (),]*$/.test(declaredType) ? declaredType : ''
}
