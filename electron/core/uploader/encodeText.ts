import type { SourceRow } from '../../../shared/domain/columns.ts'
import type { ColumnVector } from '../parquet/port.ts'
import { giveCodes, growCodes } from './encodeArrays.ts'
import { NullFlags } from './encodeBuilder.ts'
import type { ColumnBuilder, OnMisfit } from './encodeBuilder.ts'

/** What one dictionary entry costs beside its bytes: a string, a view and a place in a map. */
const ENTRY_BYTES = 200
/** A dictionary of more entries than this is not carried over to the next row group. */
const KEEP_ENTRIES = 16_384

/** Codes by value, in order of first appearance. */
class Dictionary {
  readonly codeOf = new Map<string, number>()
  readonly entries: Uint8Array[] = []
  bytes = 0

  add(key: string, entry: Uint8Array): number {
    const code = this.entries.length
    this.codeOf.set(key, code)
    this.entries.push(entry)
    this.bytes += entry.length + ENTRY_BYTES
    return code
  }

  clear(): void {
    if (this.entries.length <= KEEP_ENTRIES) return
    this.codeOf.clear()
    this.entries.length = 0
    this.bytes = 0
  }
}

abstract class CodedBuilder implements ColumnBuilder {
  readonly rowBytes = 4
  protected readonly index: number
  protected readonly dictionary = new Dictionary()
  protected codes: Int32Array = new Int32Array(0)
  readonly #nulls = new NullFlags()
  readonly #onMisfit: OnMisfit

  constructor(index: number, onMisfit: OnMisfit) {
    this.index = index
    this.#onMisfit = onMisfit
  }

  abstract append(rows: readonly SourceRow[], from: number, to: number, at: number): void
  abstract vector(): ColumnVector

  protected appendOther(at: number, value: unknown): void {
    this.codes[at] = 0
    this.#nulls.set(at)
    if (value !== null && value !== undefined) this.#onMisfit(at, value)
  }

  protected nulls(): Uint8Array | undefined {
    return this.#nulls.get()
  }

  reserve(capacity: number, used: number): void {
    this.codes = growCodes(this.codes, capacity, used)
    this.#nulls.reserve(capacity, used)
  }

  clear(): void {
    this.#nulls.clear()
    this.dictionary.clear()
  }

  heldBytes(): number {
    return this.dictionary.bytes
  }

  release(): void {
    giveCodes(this.codes)
    this.codes = new Int32Array(0)
  }
}

const RECENT = 256

/** TEXT columns: strings only; a number in a text column does not fit. */
export class StringBuilder extends CodedBuilder {
  /** Values met lately with their codes, by a cheap look at the text: spares most of them the map. */
  readonly #recent: (string | undefined)[] = Array.from({ length: RECENT }, () => undefined)
  readonly #recentCodes = new Int32Array(RECENT)

  append(rows: readonly SourceRow[], from: number, to: number, at: number): void {
    const { index, codes } = this
    const recent = this.#recent
    const recentCodes = this.#recentCodes
    let k = at
    for (let i = from; i < to; i++) {
      const value = (rows[i] as SourceRow)[index]
      if (typeof value === 'string') {
        const slot = slotOf(value)
        if (recent[slot] !== value) {
          recent[slot] = value
          recentCodes[slot] = this.#codeOf(value)
        }
        codes[k] = recentCodes[slot] as number
      } else this.appendOther(k, value)
      k++
    }
  }

  #codeOf(value: string): number {
    return this.dictionary.codeOf.get(value) ?? this.dictionary.add(value, Buffer.from(value, 'utf8'))
  }

  override clear(): void {
    super.clear()
    if (this.dictionary.entries.length === 0) this.#recent.fill(undefined)
  }

  vector(): ColumnVector {
    return { kind: 'string', codes: this.codes, dictionary: this.dictionary.entries, nulls: this.nulls() }
  }
}

/** Length and the three characters in which names of one kind differ most: the last two and the middle one. */
function slotOf(value: string): number {
  const { length } = value
  if (length < 2) return length
  const last = value.charCodeAt(length - 1)
  return (last + value.charCodeAt(length - 2) * 11 + value.charCodeAt(length >> 1) * 53 + length * 7) & (RECENT - 1)
}

/** BLOB columns. */
export class BytesBuilder extends CodedBuilder {
  append(rows: readonly SourceRow[], from: number, to: number, at: number): void {
    let k = at
    for (let i = from; i < to; i++) {
      const value = (rows[i] as SourceRow)[this.index]
      if (value instanceof Uint8Array) {
        const key = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1')
        this.codes[k] = this.dictionary.codeOf.get(key) ?? this.dictionary.add(key, Uint8Array.from(value))
      } else this.appendOther(k, value)
      k++
    }
  }

  vector(): ColumnVector {
    return { kind: 'bytes', codes: this.codes, dictionary: this.dictionary.entries, nulls: this.nulls() }
  }
}
