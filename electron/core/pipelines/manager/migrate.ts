import type { NodeWriter } from '../../db/nodeWriter.ts'
import { CONFIG_TABLE } from './configTable.ts'

/**
 * Columns of `pipeline_config`: the seed's, and under their own names those that the other three tools read and write,
 * so that each of them still finds what it looks for. No CHECK on the type: custom types are declared in configuration.
 */
const COLUMNS: readonly (readonly [name: string, declaration: string])[] = [
  ['id', 'INTEGER PRIMARY KEY AUTOINCREMENT'],
  ['pipeline_type', 'TEXT NOT NULL'],
  ['updated_at', 'TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP'],
  ['updated_by', 'TEXT'],
  ['reason', 'TEXT'],
  ['backfill', 'INTEGER NOT NULL DEFAULT 0'],
  ['metadata', 'TEXT'],
  ['is_active', 'INTEGER DEFAULT 1'],
  ['created_at', 'TEXT DEFAULT CURRENT_TIMESTAMP'],
  ['created_by', 'TEXT'],
  ['config_json', 'TEXT'],
]

interface FoundColumn {
  readonly name: string
  readonly declaredType: string
}

/**
 * Makes sure that `pipeline_config` can take Fieldgate's rows. A table of an earlier tool is rebuilt with its rows, ids,
 * extra columns, indexes and triggers kept, because two of the four shapes refuse a second row or a new type.
 * Only inside a transaction of `writeNode`.
 */
export function prepareConfigTable(writer: NodeWriter): void {
  const found = writer
    .all('SELECT name, type FROM pragma_table_info(?)', [CONFIG_TABLE])
    .map((row): FoundColumn => ({ name: String(row[0]), declaredType: String(row[1]) }))
  if (found.length === 0) {
    createTable(writer, CONFIG_TABLE, [])
    return
  }
  if (isOurs(writer, found)) return
  rebuild(writer, found)
}

function isOurs(writer: NodeWriter, found: readonly FoundColumn[]): boolean {
  const [definition] = writer.all(`SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?`, [CONFIG_TABLE])
  return (
    COLUMNS.every(([name]) => found.some((column) => column.name === name)) &&
    !/\bCHECK\b/i.test(definition?.[0] as string)
  )
}

function createTable(writer: NodeWriter, name: string, extras: readonly FoundColumn[]): void {
  const columns = [
    ...COLUMNS.map(([column, declaration]) => `${column} ${declaration}`),
    ...extras.map((column) => `${quote(column.name)} ${column.declaredType}`),
  ]
  writer.run(`CREATE TABLE ${name} (${columns.join(', ')})`)
}

function rebuild(writer: NodeWriter, found: readonly FoundColumn[]): void {
  const has = (name: string): boolean => found.some((column) => column.name === name)
  const extras = found.filter((column) => !COLUMNS.some(([name]) => name === column.name))
  const attached = writer
    .all(`SELECT sql FROM sqlite_master WHERE tbl_name = ? AND type IN ('index', 'trigger') AND sql IS NOT NULL`, [
      CONFIG_TABLE,
    ])
    .map((row) => String(row[0]))
  const at = has('updated_at') ? 'updated_at' : has('created_at') ? 'created_at' : `''`
  const by = has('updated_by') ? 'updated_by' : has('created_by') ? 'created_by' : 'NULL'
  const pairs: (readonly [target: string, source: string])[] = [
    ['id', has('id') ? 'id' : 'rowid'],
    ['pipeline_type', 'pipeline_type'],
    ['updated_at', `COALESCE(${at}, '')`],
    ['updated_by', by],
    ['created_at', has('created_at') ? 'created_at' : at],
    ['created_by', has('created_by') ? 'created_by' : by],
    ...['reason', 'metadata', 'is_active', 'config_json']
      .filter((name) => has(name))
      .map((name) => [name, name] as const),
    ...extras.map((column) => [quote(column.name), quote(column.name)] as const),
  ]
  const next = `${CONFIG_TABLE}_fieldgate`
  createTable(writer, next, extras)
  writer.run(
    `INSERT INTO ${next} (${pairs.map(([target]) => target).join(', ')})
     SELECT ${pairs.map(([, source]) => source).join(', ')} FROM ${CONFIG_TABLE} ORDER BY 1`,
  )
  writer.run(`DROP TABLE ${CONFIG_TABLE}`)
  writer.run(`ALTER TABLE ${next} RENAME TO ${CONFIG_TABLE}`)
  for (const sql of attached) writer.run(sql)
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
