import type { ColumnVector } from '../parquet/port.ts'

const ENTRY_BYTES = 200

/** The `_extra` column: for each row, what did not fit its columns, as a JSON object in column order. */
export class ExtraColumn {
  readonly #byRow = new Map<number, [name: string, value: unknown][]>()
  #bytes = 0

  add(at: number, name: string, value: unknown): void {
    const entries = this.#byRow.get(at) ?? []
    this.#byRow.set(at, entries)
    entries.push([name, value])
    this.#bytes +=
      ENTRY_BYTES + (typeof value === 'string' ? value.length * 2 : value instanceof Uint8Array ? value.length : 8)
  }

  vector(rows: number): ColumnVector {
    const codes = new Int32Array(rows)
    const nulls = new Uint8Array(rows).fill(1)
    const dictionary: Uint8Array[] = []
    for (const [at, entries] of this.#byRow) {
      nulls[at] = 0
      codes[at] = dictionary.length
      dictionary.push(Buffer.from(formatExtra(entries), 'utf8'))
    }
    return { kind: 'string', codes, dictionary, nulls }
  }

  clear(): void {
    this.#byRow.clear()
    this.#bytes = 0
  }

  heldBytes(): number {
    return this.#bytes
  }
}

/** JSON without loss: integers beyond ±2^53 keep all digits, infinities become text, bytes base64. */
export function formatExtra(entries: readonly (readonly [name: string, value: unknown])[]): string {
  return `{${entries.map(([name, value]) => `${JSON.stringify(name)}:${formatValue(value)}`).join(',')}}`
}

function formatValue(value: unknown): string {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'number' && !Number.isFinite(value)) return JSON.stringify(String(value))
  if (typeof value === 'number' && Object.is(value, -0)) return '-0.0'
  if (value instanceof Uint8Array) {
    return JSON.stringify({ base64: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') })
  }
  return JSON.stringify(value) ?? 'null'
}
