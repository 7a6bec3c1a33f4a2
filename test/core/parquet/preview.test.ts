import { describe, expect, it } from 'vitest'
import { columnarEngine } from '../../../electron/core/parquet/columnar/writer.ts'
import { previewObject } from '../../../electron/core/handlers/preview.ts'
import { edgeTable, OPTIONS, writeTable } from './tables.ts'

async function edgeFile(): Promise<ArrayBuffer> {
  const file = await writeTable(
    columnarEngine,
    edgeTable(),
    { ...OPTIONS, compression: 'zstd', metadata: [['k', 'v']] },
    3,
  )
  return Uint8Array.from(file).buffer
}

describe('the preview of an object', () => {
  it('shows times to the microsecond and integers with all digits', async () => {
    const file = await edgeFile()
    const preview = await previewObject(file, {
      bucket: 'b',
      key: 'k.parquet',
      bytes: file.byteLength,
      rowStart: 0,
      rowCount: 10,
    })
    const column = (name: string): unknown[] => {
      const index = preview.columns.findIndex((candidate) => candidate.name === name)
      return preview.values.map((row) => row[index])
    }
    expect(column('wide')).toEqual([
      '-9223372036854775808',
      '9223372036854775807',
      '9007199254740993',
      0,
      null,
      -1,
      '9007199254740993',
    ])
    expect(column('real')).toEqual(['NaN', 'Infinity', '-Infinity', '-0', 5e-324, null, 1.7976931348623157e308])
    expect(column('time')).toEqual([
      '1969-12-31T23:59:59.999999Z',
      '2026-10-19T00:00:00.123456Z',
      '1752-12-31T23:59:59.999999Z',
      '1970-01-01T00:00:00.000000Z',
      null,
      '2255-06-05T23:47:34.740991Z',
      '1970-01-01T00:00:00.000001Z',
    ])
    expect(column('blob').slice(0, 2)).toEqual(['0x00ff01', '0x'])
    expect(preview.metadata).toEqual({ k: 'v', closing: 'yes' })
    expect(preview).toMatchObject({ rows: 7, rowGroups: 3 })
  })

  it('gives the range and nulls of each column over all row groups', async () => {
    const file = await edgeFile()
    const { columns } = await previewObject(file, {
      bucket: 'b',
      key: 'k',
      bytes: file.byteLength,
      rowStart: 0,
      rowCount: 0,
    })
    const byName = Object.fromEntries(columns.map((column) => [column.name, column]))
    expect(byName['wide']).toMatchObject({
      nulls: 1,
      min: '-9223372036854775808',
      max: '9223372036854775807',
      type: 'int64',
    })
    expect(byName['time']).toMatchObject({
      min: '1752-12-31T23:59:59.999999Z',
      max: '2255-06-05T23:47:34.740991Z',
      type: 'timestamp[us, UTC]',
    })
    expect(byName['nothing']).toMatchObject({ nulls: 7, min: undefined, max: undefined })
    expect(byName['no number']).toMatchObject({ nulls: 2, min: undefined })
    expect(byName['real']).toMatchObject({ min: '-Infinity', max: 'Infinity' })
  })

  it('reads only the rows asked for, across row groups', async () => {
    const file = await edgeFile()
    const preview = await previewObject(file, {
      bucket: 'b',
      key: 'k',
      bytes: file.byteLength,
      rowStart: 2,
      rowCount: 3,
    })
    expect(preview.values.map((row) => row[0])).toEqual([3, 4, 5])
    expect(preview.rowStart).toBe(2)
  })

  it('says that an object is no Parquet file, naming it', async () => {
    const text = new TextEncoder().encode('{"not": "parquet", "but": "long enough to look for a footer"}').buffer
    await expect(
      previewObject(text, { bucket: 'b', key: 'notes.json', bytes: text.byteLength, rowStart: 0, rowCount: 1 }),
    ).rejects.toMatchObject({ code: 'corrupt', message: expect.stringContaining('notes.json in b') })
  })
})
