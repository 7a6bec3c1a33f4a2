import type { ParquetOptions } from '../parquet/port.ts'
import type { EncodeRequest } from './encodePort.ts'

/** Changes whenever the rows or columns made of the same source rows change. */
export const WRITER_VERSION = '1'

/** What every object says of itself in its footer. Nothing in it depends on when or where it was written. */
export function objectMetadata(request: EncodeRequest, date: string | undefined): ParquetOptions['metadata'] {
  return [
    ['fieldgate.writer', WRITER_VERSION],
    ['fieldgate.node', request.context.nodeId],
    ['fieldgate.table', request.context.plan.table],
    ['fieldgate.pipeline_type', request.pipelineType],
    ['fieldgate.pipeline_revision', String(request.pipelineRevision)],
    ['fieldgate.epoch', request.epoch],
    ['fieldgate.schema_fingerprint', request.context.plan.fingerprint],
    ['fieldgate.claim', `${request.fromSeq}..${request.toSeq}`],
    ...(date === undefined ? [] : [['fieldgate.date', date] as const]),
  ]
}
