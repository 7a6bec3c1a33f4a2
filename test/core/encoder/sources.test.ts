import { DuckDBInstance } from '@duckdb/node-api'
import Database from 'better-sqlite3'
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inProcessEncoder } from '../../../electron/core/uploader/encoder.ts'
import { makeNodeDatabase, SHAPES } from '../../helpers/nodeDatabases.ts'
import type { ShapeName } from '../../helpers/nodeDatabases.ts'
import { requestFor } from './requests.ts'

const SAMPLES = new URL('../../../../shared/samples/', import.meta.url).pathname
const samples = existsSync(SAMPLES) ? readdirSync(SAMPLES).filter((name) => /^(v\d|local).*\.db$/.test(name)) : []

let folder: string
let instance: DuckDBInstance

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fieldgate-sources-'))
  instance = await DuckDBInstance.create(':memory:', { threads: '1' })
})
afterAll(() => {
  instance.closeSync()
  rmSync(folder, { recursive: true, force: true })
})

/** What a time column of the source says, in UTC microseconds, worked out apart from our reader. */
function microsOf(value: unknown): bigint {
  if (typeof value === 'number') return BigInt(Math.round(value * 1e6))
  const text = String(value).replace(' ', 'T')
  const zoned = /(?:Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`
  const fraction = /\.(\d+)/.exec(text)?.[1] ?? ''
  return BigInt(Date.parse(zoned.replace(/\.\d+/, ''))) * 1000n + BigInt(fraction.padEnd(6, '0').slice(0, 6))
}

/** Every difference between a table and its objects as DuckDB reads them. */
async function differences(path: string, name: string): Promise<readonly string[]> {
  const request = requestFor(path, join(folder, name), {})
  const { objects } = await inProcessEncoder().encode(request)
  const { plan } = request.context
  const connection = await instance.connect()
  await connection.run("SET TimeZone = 'UTC'")
  const columns = plan.columns.map((column) =>
    column.name === plan.timestampColumn ? `epoch_us("${column.name}")` : `"${column.name}"`,
  )
  const files = objects.map((object) => `'${object.path}'`).join(', ')
  const delivered = await connection.runAndReadAll(
    `SELECT _row_id, ${columns.join(', ')} FROM read_parquet([${files}]) ORDER BY _row_id`,
  )
  const types = await connection.runAndReadAll(`SELECT "${plan.timestampColumn}" FROM read_parquet([${files}]) LIMIT 0`)
  connection.closeSync()
  const database = new Database(path, { readonly: true })
  const source = database.prepare(`SELECT rowid, * FROM "${plan.table}" ORDER BY rowid`).raw().all() as unknown[][]
  database.close()
  const found: string[] = []
  if (String(types.columnTypes()[0]) !== 'TIMESTAMP WITH TIME ZONE')
    found.push(`time is ${String(types.columnTypes()[0])}`)
  const rows = delivered.getRows()
  if (rows.length !== source.length) found.push(`${rows.length} rows of ${source.length}`)
  source.forEach((row, at) => {
    plan.columns.forEach((column, index) => {
      const value = row[index + 1]
      const wanted = value !== null && column.name === plan.timestampColumn ? microsOf(value) : value
      const read = rows[at]?.[index + 1]
      const isSame =
        wanted === read ||
        (typeof read === 'bigint' && BigInt(wanted as number) === read) ||
        (typeof read === 'boolean' && Number(read) === wanted)
      if (!isSame) found.push(`row ${String(row[0])} ${column.name}: ${String(wanted)} became ${String(read)}`)
    })
  })
  return found.slice(0, 20)
}

describe('the objects of a table, read by DuckDB', () => {
  it.each(Object.keys(SHAPES) as ShapeName[])('hold the values of the shape %s', async (shape) => {
    const sample = makeNodeDatabase(shape, 500)
    sample.close()
    expect(await differences(sample.path, shape)).toEqual([])
    sample.remove()
  })

  // Databases of real sensors, where the workshop has them.
  for (const name of samples) {
    it(`hold the values of ${basename(name)}`, async () => {
      const path = join(folder, name)
      copyFileSync(join(SAMPLES, name), path)
      expect(await differences(path, `sample-${name}`)).toEqual([])
    })
  }
})
