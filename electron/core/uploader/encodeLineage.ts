import type { ColumnVector } from '../parquet/port.ts'
import type { EncodeRequest } from './encodePort.ts'

let zeros = new Int32Array(0)

/** The lineage columns that are one value throughout a claim. */
export interface ConstantColumns {
  readonly nodeId: ColumnVector
  readonly pipelineType: ColumnVector
  readonly pipelineRevision: ColumnVector
}

/** The lineage columns that are one value throughout a claim, for a batch of `rows` rows. */
export function constantColumns(request: EncodeRequest, rows: number): ConstantColumns {
  if (zeros.length < rows) zeros = new Int32Array(rows)
  return {
    nodeId: constantText(request.context.nodeId),
    pipelineType: constantText(request.pipelineType),
    pipelineRevision: {
      kind: 'int64',
      values: new Float64Array(rows).fill(request.pipelineRevision),
      wide: undefined,
      nulls: undefined,
    },
  }
}

function constantText(value: string): ColumnVector {
  return { kind: 'string', codes: zeros, dictionary: [Buffer.from(value, 'utf8')], nulls: undefined }
}
