import { compactCodeScratch } from './scratch.ts'
import { countNulls, writeHybrid } from './levels.ts'
import { ENCODINGS } from './pages.ts'
import type { Statistics } from './statistics.ts'

/** The values of one column chunk, decided on an encoding and ready to be written page by page. */
export interface ChunkValues {
  readonly encoding: number
  readonly dictionary: { readonly entries: number; readonly body: Uint8Array } | undefined
  readonly statistics: Statistics
  /** Where a page that begins at `from` ends, at most `limit`: pages of long values hold fewer rows. */
  pageEnd(from: number, limit: number): number
  /** Upper bound of the bytes that `write` appends. */
  bound(from: number, to: number): number
  /** Appends the values of the rows that are not null; returns the new position. */
  write(from: number, to: number, out: Buffer, at: number): number
  /** Statistics of one page, for the column index. */
  pageStatistics(from: number, to: number): Statistics
}

/** Values as codes into a dictionary page. */
export function codedValues(
  codes: Int32Array,
  nulls: Uint8Array | undefined,
  bitWidth: number,
): Pick<ChunkValues, 'encoding' | 'pageEnd' | 'bound' | 'write'> {
  return {
    encoding: ENCODINGS.dictionary,
    pageEnd: wholePages,
    bound: (from, to) => 64 + Math.ceil(((to - from) * Math.max(1, bitWidth)) / 4),
    write(from, to, out, at) {
      out[at] = bitWidth
      if (nulls === undefined || countNulls(nulls, from, to) === 0) {
        return writeHybrid(codes, from, to, bitWidth, out, at + 1)
      }
      const present = compactCodeScratch(to - from)
      return writeHybrid(present, 0, compactCodes(codes, nulls, from, to, present), bitWidth, out, at + 1)
    },
  }
}

function compactCodes(codes: Int32Array, nulls: Uint8Array, from: number, to: number, out: Int32Array): number {
  let count = 0
  for (let i = from; i < to; i++) if (nulls[i] === 0) out[count++] = codes[i] as number
  return count
}

/** A page cut for values of fixed width: as many as fit. */
export function wholePages(_from: number, limit: number): number {
  return limit
}
