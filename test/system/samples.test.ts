import Database from 'better-sqlite3'
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { UploadResult } from '../../shared/ipc/contract.ts'
import { downloadObjects, readWithDuckDb } from '../helpers/deliveredRows.ts'
import { askFieldgate, reconcile, runFieldgate } from '../helpers/fieldgate.ts'
import { makeNodeDatabase, SHAPES } from '../helpers/nodeDatabases.ts'
import type { ShapeName } from '../helpers/nodeDatabases.ts'

const SAMPLES = join(import.meta.dirname, '../../../shared/samples')
const root = mkdtempSync(join(tmpdir(), 'fieldgate-samples-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

interface Case {
  readonly name: string
  readonly prepare: (path: string) => void
}

/** Layouts made here; real databases beside the checkout join them where they exist. */
const made: readonly Case[] = (['v1', 'v4', 'narrow'] satisfies ShapeName[]).map((shape) => ({
  name: `a database of shape ${shape}`,
  prepare: (path) => {
    const folder = dirname(path)
    makeNodeDatabase(shape, 500, folder).close()
  },
}))
const real: readonly Case[] = existsSync(SAMPLES)
  ? readdirSync(SAMPLES)
      .filter((file) => file.endsWith('.db') && !file.startsWith('pm-'))
      .map((file) => ({ name: `the sample ${file}`, prepare: (path) => copyFileSync(join(SAMPLES, file), path) }))
  : []

describe.each([...made, ...real])('$name', ({ name, prepare }) => {
  test('goes to the embedded store once, is proved, and DuckDB reads every value back', async () => {
    const cwd = mkdtempSync(join(root, 'case-'))
    const path = join(cwd, 'node.db')
    prepare(path)
    writeFileSync(join(cwd, 'fieldgate.yaml'), 'sqlite: node.db\n')
    const source = readSource(path)

    const first = await askFieldgate<UploadResult>(['upload', '--once'], { cwd })
    expect(first).toMatchObject({ rows: source.rows.length, failed: 0, readOnly: [] })
    const { totals, isClean } = await reconcile({ cwd })
    expect(isClean).toBe(true)
    expect(totals).toMatchObject({ delivered: source.rows.length, waiting: 0, missing: 0, duplicated: 0, different: 0 })
    const second = await runFieldgate(['upload', '--once'], { cwd })
    expect(second).toMatchObject({ code: 0, out: 'Nothing new: 1 node up to date.\n' })

    const folder = join(cwd, 'downloaded')
    expect(await downloadObjects(cwd, folder)).toBeGreaterThan(0)
    const delivered = await readWithDuckDb(folder)
    expect(delivered.rows).toHaveLength(source.rows.length)
    for (const [column, declared] of Object.entries(source.types)) {
      expect(`${name} ${column}: ${delivered.types[column]}`).toBe(
        `${name} ${column}: ${expectedType(column, declared)}`,
      )
    }
    expect(delivered.types).toMatchObject({ _row_id: 'BIGINT', _node_id: 'VARCHAR', _pipeline_type: 'VARCHAR' })
    const differences = source.rows.flatMap((row, at) =>
      Object.entries(row)
        .map(([column, value]) => ({
          column,
          read: toComparable(delivered.rows[at]?.[column]),
          wanted: toExpected(column, value, source.types[column] ?? ''),
        }))
        .filter(({ read, wanted }) => !Object.is(read, wanted))
        .map((difference) => ({ at, ...difference })),
    )
    expect(differences).toEqual([])
  })
})

interface Source {
  readonly types: Readonly<Record<string, string>>
  readonly rows: readonly Readonly<Record<string, unknown>>[]
}

function readSource(path: string): Source {
  const database = new Database(path, { readonly: true })
  try {
    const table = Object.values(SHAPES)
      .map((shape) => shape.table)
      .find(
        (name) =>
          database.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?").get(name) !== undefined,
      )
    const columns = database.pragma(`table_info(${table})`) as { readonly name: string; readonly type: string }[]
    return {
      types: Object.fromEntries(columns.map((column) => [column.name, column.type])),
      rows: database.prepare(`SELECT * FROM ${table} ORDER BY rowid`).all() as Record<string, unknown>[],
    }
  } finally {
    database.close()
  }
}

function expectedType(column: string, declared: string): string {
  if (column === 'timestamp') return 'TIMESTAMP WITH TIME ZONE'
  if (declared === 'REAL') return 'DOUBLE'
  if (declared === 'INTEGER') return 'BIGINT'
  return declared === 'BOOLEAN' ? 'BOOLEAN' : 'VARCHAR'
}

/** The value that a reader of the object must see, worked out here without the code under test. */
function toExpected(column: string, value: unknown, declared: string): unknown {
  if (value === null) return null
  if (column === 'timestamp') return toMicros(value)
  return declared === 'BOOLEAN' ? value === 1 : value
}

function toMicros(value: unknown): number {
  if (typeof value === 'number') return Math.round(value * 1_000_000)
  const text = String(value)
  const zoned = /(?:Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text.replace(' ', 'T')}Z`
  const fraction = /\.(\d+)/.exec(zoned)?.[1] ?? ''
  return Math.floor(Date.parse(zoned) / 1000) * 1_000_000 + Number(fraction.padEnd(6, '0').slice(0, 6))
}

function toComparable(value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value
}
