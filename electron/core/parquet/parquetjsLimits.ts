import type { ColumnVector } from './port.ts'

/** Names the first kind of value that parquetjs-lite would refuse or silently change; undefined when all is well. */
export function findUnwritable(vector: ColumnVector, rows: number): string | undefined {
  switch (vector.kind) {
    case 'double':
      return findRow(vector, rows, (row) => {
        const value = vector.values[row] as number
        if (Number.isNaN(value)) return 'it holds NaN'
        return Object.is(value, -0) ? 'it holds -0' : undefined
      })
    case 'int64':
    case 'timestamp': {
      if (vector.wide !== undefined) return 'it holds integers beyond ±2^53'
      if (vector.kind === 'int64') return undefined
      return findRow(vector, rows, (row) =>
        (vector.values[row] as number) < 0 ? 'it holds times before 1970' : undefined,
      )
    }
    case 'boolean':
    case 'string':
    case 'bytes':
      return undefined
  }
}

function findRow(
  vector: ColumnVector,
  rows: number,
  problemOf: (row: number) => string | undefined,
): string | undefined {
  for (let row = 0; row < rows; row++) {
    if (vector.nulls !== undefined && vector.nulls[row] !== 0) continue
    const problem = problemOf(row)
    if (problem !== undefined) return problem
  }
  return undefined
}
