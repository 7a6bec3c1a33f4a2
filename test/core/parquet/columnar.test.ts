import fc from 'fast-check'
import { snappyUncompress } from 'hyparquet'
import { describe, expect, it } from 'vitest'
import { compressSnappy } from '../../../electron/core/parquet/columnar/snappy.ts'
import { columnarEngine } from '../../../electron/core/parquet/columnar/writer.ts'
import { openParquet } from '../../../electron/core/parquet/decode.ts'
import { createRng } from '../../../electron/core/support/rng.ts'
import { readWithArrow, readWithHyparquet, show } from './readers.ts'
import { OPTIONS, vectorsOf, writeTable } from './tables.ts'
import type { Cell, Table } from './tables.ts'

const ROWS = 70_000

function tableOf(cells: readonly Cell[], kind: 'string' | 'double' | 'int64'): Table {
  return { schema: [{ name: 'c', kind, nullable: true }], columns: [cells] }
}

async function encodingsOf(file: Buffer): Promise<readonly string[]> {
  const { footer } = await openParquet(Uint8Array.from(file).buffer, 'file')
  return footer.row_groups[0]?.columns[0]?.meta_data?.encodings ?? []
}

async function expectReadBack(file: Buffer, table: Table): Promise<void> {
  for (const read of [readWithHyparquet, readWithArrow]) {
    const [cells] = await read(file, '', table)
    expect(cells?.map(show).join('\n') === table.columns[0]?.map(show).join('\n')).toBe(true)
  }
}

describe('the encoding of a column', () => {
  it('is plain once a dictionary of strings would exceed 65,536 entries', async () => {
    const table = tableOf(
      Array.from({ length: ROWS }, (_, row) => `reading number ${row}`),
      'string',
    )
    const file = await writeTable(columnarEngine, table, OPTIONS)
    expect(await encodingsOf(file)).not.toContain('RLE_DICTIONARY')
    await expectReadBack(file, table)
  })

  it('is plain for full-precision doubles and a dictionary for rounded ones', async () => {
    const rng = createRng('doubles')
    const full = tableOf(
      Array.from({ length: ROWS }, () => rng.gauss(20, 5)),
      'double',
    )
    const rounded = tableOf(
      Array.from({ length: ROWS }, () => Math.round(rng.gauss(20, 5) * 100) / 100),
      'double',
    )
    const fullFile = await writeTable(columnarEngine, full, OPTIONS)
    const roundedFile = await writeTable(columnarEngine, rounded, OPTIONS)
    expect(await encodingsOf(fullFile)).not.toContain('RLE_DICTIONARY')
    expect(await encodingsOf(roundedFile)).toContain('RLE_DICTIONARY')
    expect(roundedFile.length).toBeLessThan(fullFile.length / 3)
    await expectReadBack(fullFile, full)
    await expectReadBack(roundedFile, rounded)
  })

  it('is DELTA for sequences, at a fraction of a byte per row', async () => {
    const table = tableOf(
      Array.from({ length: ROWS }, (_, row) => BigInt(row) + 5_000_000_000n),
      'int64',
    )
    const file = await writeTable(columnarEngine, table, OPTIONS)
    expect(await encodingsOf(file)).toContain('DELTA_BINARY_PACKED')
    expect(file.length).toBeLessThan(ROWS / 4)
    await expectReadBack(file, table)
  })

  it('does not depend on what the slots of nulls hold', async () => {
    const table = tableOf([1.5, null, 2.5, null], 'double')
    const [vector] = vectorsOf(table, 0, 4)
    if (vector?.kind !== 'double') throw new Error('not a double')
    const write = (values: Float64Array): Buffer => {
      const parts: Buffer[] = []
      const writer = columnarEngine.open(
        table.schema,
        { write: (bytes) => void parts.push(Buffer.from(bytes)) },
        OPTIONS,
      )
      void writer.writeRowGroup([{ ...vector, values }], 4)
      void writer.close()
      return Buffer.concat(parts)
    }
    expect(write(Float64Array.of(1.5, 9, 2.5, 8)).equals(write(Float64Array.of(1.5, -1, 2.5, Number.NaN)))).toBe(true)
  })
})

describe('snappy', () => {
  it('is undone by another implementation for any bytes', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc
        .tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 5000 }))
        .map(([part, times]) =>
          Uint8Array.from({ length: part.length * times }, (_, i) => part[i % part.length] as number),
        ),
    )
    fc.assert(
      fc.property(bytes, (input) => {
        const output = new Uint8Array(input.length)
        snappyUncompress(Uint8Array.from(compressSnappy(input)), output)
        expect(Buffer.compare(output, input)).toBe(0)
      }),
      { numRuns: 300, seed: 7 },
    )
  })
})
