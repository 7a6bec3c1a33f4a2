import { FieldgateError } from '../../../shared/domain/errors.ts'
import type { ObjectTable } from '../../../shared/domain/objects.ts'
import type { ListedObject, ObjectStore } from '../objects/port.ts'
import { openParquet } from '../parquet/decode.ts'
import type { ByteSource, DecodedFile } from '../parquet/decode.ts'
import { readWindow } from './preview.ts'

export interface TableQuery {
  readonly bucket: string
  readonly prefix: string
  readonly rowStart: number
  readonly rowCount: number
  readonly maxObjects: number
}

const FOOTERS_AT_ONCE = 4

/** Bytes of an object in the store, fetched by range. */
export function objectSource(
  store: ObjectStore,
  bucket: string,
  key: string,
  bytes: number,
  signal: AbortSignal,
): ByteSource {
  return {
    byteLength: bytes,
    slice: async (start, end) => {
      const part = await store.get(bucket, key, { start, end: (end ?? bytes) - 1 }, signal)
      return part.buffer.slice(part.byteOffset, part.byteOffset + part.byteLength) as ArrayBuffer
    },
  }
}

/**
 * The Parquet objects under a prefix as one table: columns in order of first appearance, a column that an object lacks
 * is null there, rows in key order. Reads every footer, and of the rows only the window asked for.
 */
export async function readObjectTable(
  store: ObjectStore,
  query: TableQuery,
  signal: AbortSignal,
): Promise<ObjectTable> {
  const { objects, isTruncated } = await listParquet(store, query, signal)
  const files = await openAll(store, query.bucket, objects, signal)
  const columns = unionColumns(files)
  const places = new Map(columns.map((column, at) => [column.name, at]))
  const values: (string | number | boolean | null)[][] = []
  let first = 0
  for (const file of files) {
    const from = Math.max(0, query.rowStart - first)
    const to = Math.min(file.rows, query.rowStart + query.rowCount - first)
    first += file.rows
    if (from >= to) continue
    for (const row of await readWindow(file, from, to)) {
      const wide = columns.map((): string | number | boolean | null => null)
      file.columns.forEach((column, at) => {
        wide[places.get(column.name) ?? 0] = row[at] ?? null
      })
      values.push(wide)
    }
  }
  return {
    bucket: query.bucket,
    prefix: query.prefix,
    objects: objects.length,
    rows: first,
    bytes: objects.reduce((sum, object) => sum + object.bytes, 0),
    isTruncated,
    columns,
    values,
    rowStart: query.rowStart,
  }
}

async function listParquet(
  store: ObjectStore,
  query: TableQuery,
  signal: AbortSignal,
): Promise<{ readonly objects: readonly ListedObject[]; readonly isTruncated: boolean }> {
  const found: ListedObject[] = []
  let token: string | undefined
  do {
    const page = await store.list({ bucket: query.bucket, prefix: query.prefix, token, signal })
    found.push(...page.objects.filter((object) => object.key.endsWith('.parquet')))
    token = page.nextToken
  } while (token !== undefined && found.length <= query.maxObjects)
  if (found.length === 0) {
    throw new FieldgateError('notFound', `There are no Parquet objects under ${query.bucket}/${query.prefix}.`, {
      hint: 'Choose another prefix: fieldgate objects ls.',
    })
  }
  return {
    objects: found.slice(0, query.maxObjects),
    isTruncated: token !== undefined || found.length > query.maxObjects,
  }
}

async function openAll(
  store: ObjectStore,
  bucket: string,
  objects: readonly ListedObject[],
  signal: AbortSignal,
): Promise<readonly DecodedFile[]> {
  const files: DecodedFile[] = []
  for (let at = 0; at < objects.length; at += FOOTERS_AT_ONCE) {
    const some = objects.slice(at, at + FOOTERS_AT_ONCE)
    const opened = some.map((object) =>
      openParquet(objectSource(store, bucket, object.key, object.bytes, signal), `${object.key} in ${bucket}`),
    )
    files.push(...(await Promise.all(opened)))
  }
  return files
}

/** Where objects disagree about a column's type, both are named. */
function unionColumns(files: readonly DecodedFile[]): readonly { readonly name: string; readonly type: string }[] {
  const types = new Map<string, Set<string>>()
  for (const { columns } of files) {
    for (const column of columns) {
      const known = types.get(column.name)
      if (known === undefined) types.set(column.name, new Set([column.type]))
      else known.add(column.type)
    }
  }
  return [...types].map(([name, kinds]) => ({ name, type: [...kinds].join(' or ') }))
}
