import { createHash } from 'node:crypto'
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import type { ColumnSpec } from '../../../shared/domain/columns.ts'
import { openParquet } from '../parquet/decode.ts'
import type { ByteSource } from '../parquet/decode.ts'
import { hashRows, RowChecksum } from './encodeHash.ts'
import { dayOf } from './reconcileDays.ts'
import { rowIdIndex } from './reconcileExpected.ts'
import type { RowSet } from './reconcileRows.ts'
import { readVectors, schemaProblem } from './reconcileVectors.ts'

/** What was found in an object. */
export interface BucketObject {
  /** True when its bytes are those that were delivered. */
  readonly isIntact: boolean
  readonly problem: string | undefined
  readonly proof: { readonly sha256: string; readonly rows: number; readonly checksum: string }
}

export interface LocalObject {
  readonly path: string
  readonly date: string | undefined
  readonly sha256: string
  readonly storedSha256: string | undefined
  readonly logicalHash: string
}

/** One for the thread: it is filled and hashed without anything else running in between. */
const step = Buffer.allocUnsafeSlow(1 << 18)

/**
 * Reads an object back and adds its rows to `rows` under `tag`. Throws `corrupt` when it is no Parquet file any more.
 * Other bytes with the same rows are as delivered only if the store was given just these bytes: another version of
 * Fieldgate wrote them.
 */
export async function readBucketObject(
  object: LocalObject,
  schema: readonly ColumnSpec[],
  rows: RowSet,
  tag: number,
): Promise<BucketObject> {
  const fd = openSync(object.path, 'r')
  try {
    const sha256 = hashFile(fd)
    const file = await openParquet(fileSource(fd), object.path)
    const problem = schemaProblem(file, schema)
    const sequenceIndex = rowIdIndex(schema)
    const checksum = new RowChecksum()
    for (const group of file.rowGroups) {
      const count = group.rowEnd - group.rowStart
      const vectors = await readVectors(file, schema, group.rowStart, group.rowEnd)
      const hashes = hashRows(vectors, count)
      checksum.add(hashes, 0, count)
      const sequences = vectors[sequenceIndex]
      if (sequences !== undefined) rows.append(sequences, hashes, count, dayOf(object.date), tag)
    }
    const proof = { sha256, rows: checksum.rows, checksum: checksum.text() }
    const isSameContent = proof.checksum === object.logicalHash.slice(0, 16) && problem === undefined
    const isIntact = sha256 === object.sha256 || (sha256 === object.storedSha256 && isSameContent)
    return { isIntact, proof, problem: isIntact ? undefined : describeDifference(problem, isSameContent) }
  } finally {
    closeSync(fd)
  }
}

function describeDifference(schemaDifference: string | undefined, isSameContent: boolean): string {
  if (schemaDifference !== undefined) return `The object is not what was delivered: ${schemaDifference}.`
  return isSameContent
    ? 'The bytes of the object are not those that were delivered, though its rows are: it was damaged or written anew.'
    : 'The object is not what was delivered: other bytes, other rows.'
}

function hashFile(fd: number): string {
  const hash = createHash('sha256')
  for (let at = 0; ;) {
    const read = readSync(fd, step, 0, step.length, at)
    if (read === 0) return hash.digest('hex')
    hash.update(step.subarray(0, read))
    at += read
  }
}

/** A file as hyparquet reads it, in parts. */
export function fileSource(fd: number): ByteSource {
  const byteLength = fstatSync(fd).size
  return {
    byteLength,
    slice(start, end = byteLength) {
      const out = new Uint8Array(Math.max(0, end - start))
      for (let done = 0; done < out.length;) {
        const read = readSync(fd, out, done, out.length - done, start + done)
        if (read === 0) break
        done += read
      }
      return out.buffer
    },
  }
}
