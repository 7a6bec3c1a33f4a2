import type { ObjectPreview, PreviewColumn } from '../../../shared/domain/objects.ts'
import { openParquet } from '../parquet/decode.ts'
import type { ByteSource, DecodedColumn, DecodedFile } from '../parquet/decode.ts'
import { toDisplay } from '../parquet/display.ts'
import type { DisplayValue } from '../parquet/display.ts'

export interface PreviewQuery {
  readonly bucket: string
  readonly key: string
  readonly bytes: number
  readonly rowStart: number
  readonly rowCount: number
}

/**
 * A Parquet object as its footer describes it, with a window of rows. Reads the footer and only the row groups the window
 * touches. Throws `corrupt` for an object that is no Parquet file.
 */
export async function previewObject(file: ByteSource, query: PreviewQuery): Promise<ObjectPreview> {
  const decoded = await openParquet(file, `${query.key} in ${query.bucket}`)
  return {
    bucket: query.bucket,
    key: query.key,
    bytes: query.bytes,
    rows: decoded.rows,
    rowGroups: decoded.rowGroups.length,
    createdBy: decoded.createdBy,
    metadata: decoded.metadata,
    columns: decoded.columns.map((column) => describeColumn(decoded, column)),
    values: await readWindow(decoded, query.rowStart, query.rowStart + query.rowCount),
    rowStart: query.rowStart,
  }
}

/** Rows `from..to` (exclusive, cut to what there is) as display values in column order. */
export async function readWindow(
  decoded: DecodedFile,
  from: number,
  to: number,
): Promise<readonly (readonly DisplayValue[])[]> {
  const rows: DisplayValue[][] = []
  for (const group of decoded.rowGroups) {
    const rowStart = Math.max(from, group.rowStart)
    const rowEnd = Math.min(to, group.rowEnd)
    if (rowStart >= rowEnd) continue
    const first = rows.length
    for (let row = rowStart; row < rowEnd; row++) rows.push([])
    for (const column of decoded.columns) {
      const values = await decoded.readColumn(column.name, rowStart, rowEnd)
      for (let i = 0; i < rowEnd - rowStart; i++) rows[first + i]?.push(toDisplay(values[i], column))
    }
  }
  return rows
}

type Bound = bigint | boolean | number | string | Date | Uint8Array

function describeColumn(decoded: DecodedFile, column: DecodedColumn): PreviewColumn {
  let nulls: number | undefined = 0
  let min: Bound | undefined
  let max: Bound | undefined
  let isBounded = true
  for (const group of decoded.footer.row_groups) {
    const chunk = group.columns.find(
      ({ meta_data: data }) => data?.path_in_schema[0] === column.name && data.path_in_schema.length === 1,
    )?.meta_data
    const statistics = chunk?.statistics
    const low = statistics?.min_value ?? statistics?.min
    const high = statistics?.max_value ?? statistics?.max
    nulls =
      nulls === undefined || statistics?.null_count === undefined ? undefined : nulls + Number(statistics.null_count)
    const isAllNull = statistics?.null_count !== undefined && statistics.null_count === chunk?.num_values
    if (low !== undefined && (min === undefined || low < min)) min = low
    if (high !== undefined && (max === undefined || high > max)) max = high
    if ((low === undefined || high === undefined) && !isAllNull) isBounded = false
  }
  return {
    name: column.name,
    type: column.type,
    nullable: column.nullable,
    nulls,
    min: isBounded && min !== undefined ? String(toDisplay(min, column)) : undefined,
    max: isBounded && max !== undefined ? String(toDisplay(max, column)) : undefined,
  }
}
