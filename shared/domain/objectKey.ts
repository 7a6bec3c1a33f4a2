import { FieldgateError } from './errors.ts'

/** Everything that names an object. Same parts, same key: a redo can only ever write the same name. */
export interface ObjectKeyParts {
  readonly type: string
  readonly table: string
  readonly node: string
  /** UTC event date `YYYY-MM-DD`; undefined for rows without a readable event time. */
  readonly date: string | undefined
  readonly epoch: string
  readonly fromSeq: number
  readonly toSeq: number
}

/** How Hive, Spark and DuckDB spell the partition of rows without a value. */
export const NO_DATE = '__HIVE_DEFAULT_PARTITION__'

const SEQUENCE_DIGITS = 16
const SAFE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/
const KEY =
  /^([a-z][a-z0-9_-]*)\/table=([^/]+)\/node=([^/]+)\/date=([^/]+)\/([0-9a-z]+)-(m?\d{16})-(m?\d{16})\.parquet$/

/** A sequence as fixed-width text that sorts by value among sequences of one sign. */
export function formatSequence(sequence: number): string {
  if (!Number.isSafeInteger(sequence)) {
    throw new FieldgateError('unsupported', `Sequence ${sequence} is outside ±2^53 and cannot be named exactly.`)
  }
  const digits = String(Math.abs(sequence)).padStart(SEQUENCE_DIGITS, '0')
  return sequence < 0 ? `m${digits}` : digits
}

function parseSequence(text: string): number {
  return text.startsWith('m') ? -Number(text.slice(1)) : Number(text)
}

/** Percent-encodes what a partition value may not hold; ordinary names come out unchanged. */
export function encodePartitionValue(value: string): string {
  if (SAFE_NAME.test(value)) return value
  return encodeURIComponent(value)
    .replace(/[!'()*~]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)
    .replace(/^[._]/, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
}

/** The object key of a batch part: `{type}/table=…/node=…/date=…/{epoch}-{fromSeq}-{toSeq}.parquet`. */
export function formatObjectKey(parts: ObjectKeyParts): string {
  const date = parts.date ?? NO_DATE
  return (
    `${parts.type}/table=${encodePartitionValue(parts.table)}/node=${encodePartitionValue(parts.node)}` +
    `/date=${date}/${parts.epoch}-${formatSequence(parts.fromSeq)}-${formatSequence(parts.toSeq)}.parquet`
  )
}

/** The parts of a key made by `formatObjectKey`, or undefined for any other key. */
export function parseObjectKey(key: string): ObjectKeyParts | undefined {
  const match = KEY.exec(key)
  if (match === null) return undefined
  const [, type, table, node, date, epoch, from, to] = match as unknown as [string, ...string[]]
  return {
    type: type as string,
    table: decodeURIComponent(table as string),
    node: decodeURIComponent(node as string),
    date: date === NO_DATE ? undefined : date,
    epoch: epoch as string,
    fromSeq: parseSequence(from as string),
    toSeq: parseSequence(to as string),
  }
}

/** The prefix under which every object of one node, table and type lies. */
export function nodePrefix(type: string, table: string, node: string): string {
  return `${type}/table=${encodePartitionValue(table)}/node=${encodePartitionValue(node)}/`
}
