import type { ColumnSpec } from '../../../shared/domain/columns.ts'
import type { TimestampReader } from '../../../shared/domain/timestamps.ts'
import type { ColumnBuilder, OnMisfit } from './encodeBuilder.ts'
import { BooleanBuilder, DoubleBuilder, IntegerBuilder, TimestampBuilder } from './encodeNumbers.ts'
import { BytesBuilder, StringBuilder } from './encodeText.ts'

/** A builder for column `index` of the rows. Times are read by `readTime`; undefined means they are microseconds already. */
export function createColumnBuilder(
  spec: ColumnSpec,
  index: number,
  readTime: TimestampReader | undefined,
  onMisfit: OnMisfit,
): ColumnBuilder {
  switch (spec.kind) {
    case 'double':
      return new DoubleBuilder(index, onMisfit)
    case 'int64':
      return new IntegerBuilder(index, onMisfit)
    case 'timestamp':
      return new TimestampBuilder(index, readTime, onMisfit)
    case 'boolean':
      return new BooleanBuilder(index, onMisfit)
    case 'string':
      return new StringBuilder(index, onMisfit)
    case 'bytes':
      return new BytesBuilder(index, onMisfit)
  }
}
