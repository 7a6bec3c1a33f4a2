/** Types of the Thrift compact protocol. Source: apache/thrift, doc/specs/thrift-compact-protocol.md. */
export const THRIFT = { boolTrue: 1, boolFalse: 2, i16: 4, i32: 5, i64: 6, binary: 8, list: 9, struct: 12 } as const

/**
 * Writes Thrift compact protocol, the wire form of Parquet's headers and footer. Fields are given in ascending order of
 * their ids; every `begin…` has its `end`. The bytes stay valid until the next `reset`.
 */
export class ThriftWriter {
  #bytes = Buffer.allocUnsafe(1024)
  #length = 0
  #lastField = 0
  readonly #enclosing: number[] = []

  /** Forgets everything written; the buffer is kept. */
  reset(): void {
    this.#length = 0
    this.#lastField = 0
    this.#enclosing.length = 0
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  /** Begins a struct: the outermost one or a list element without a field id, else the field `id`. */
  beginStruct(id?: number): void {
    if (id !== undefined) this.#field(id, THRIFT.struct)
    this.#enclosing.push(this.#lastField)
    this.#lastField = 0
  }

  endStruct(): void {
    this.#byte(0)
    this.#lastField = this.#enclosing.pop() ?? 0
  }

  /** An empty struct: how Thrift unions spell a choice without arguments. */
  emptyStruct(id: number): void {
    this.beginStruct(id)
    this.endStruct()
  }

  i16(id: number, value: number): void {
    this.#field(id, THRIFT.i16)
    this.#zigzag(value)
  }

  i32(id: number, value: number): void {
    this.#field(id, THRIFT.i32)
    this.#zigzag(value)
  }

  /** `value` is an integer within ±2^52. */
  i64(id: number, value: number): void {
    this.#field(id, THRIFT.i64)
    this.#zigzag(value)
  }

  bool(id: number, value: boolean): void {
    this.#field(id, value ? THRIFT.boolTrue : THRIFT.boolFalse)
  }

  binary(id: number, value: string | Uint8Array): void {
    this.#field(id, THRIFT.binary)
    this.binaryElement(value)
  }

  /** Begins a list field; `count` elements follow. */
  list(id: number, elementType: number, count: number): void {
    this.#field(id, THRIFT.list)
    if (count < 15) this.#byte((count << 4) | elementType)
    else {
      this.#byte(0xf0 | elementType)
      this.#varint(count)
    }
  }

  i32Element(value: number): void {
    this.#zigzag(value)
  }

  boolElement(value: boolean): void {
    this.#byte(value ? THRIFT.boolTrue : THRIFT.boolFalse)
  }

  binaryElement(value: string | Uint8Array): void {
    const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : value
    this.#varint(bytes.length)
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  #field(id: number, type: number): void {
    const delta = id - this.#lastField
    if (delta > 0 && delta < 16) this.#byte((delta << 4) | type)
    else {
      this.#byte(type)
      this.#zigzag(id)
    }
    this.#lastField = id
  }

  #byte(value: number): void {
    this.#reserve(1)
    this.#bytes[this.#length++] = value
  }

  #varint(value: number): void {
    this.#reserve(10)
    let rest = value
    while (rest >= 128) {
      this.#bytes[this.#length++] = (rest % 128) | 128
      rest = Math.floor(rest / 128)
    }
    this.#bytes[this.#length++] = rest
  }

  #zigzag(value: number): void {
    this.#varint(value < 0 ? -2 * value - 1 : 2 * value)
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + bytes))
    larger.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = larger
  }
}
