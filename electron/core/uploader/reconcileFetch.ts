import { mkdirSync } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { ObjectHead, ObjectStore } from '../objects/port.ts'
import { META_SHA256 } from '../objects/port.ts'

const STEP_BYTES = 8 << 20

/** An object of the bucket as it was found. */
export interface FetchedObject {
  readonly head: ObjectHead
  readonly storedSha256: string | undefined
}

/**
 * Copies an object from the bucket into a file, in steps, so that neither its size nor this thread matters. Undefined when
 * there is no such object; then there is no file either.
 */
export async function fetchObject(
  store: ObjectStore,
  bucket: string,
  key: string,
  path: string,
  signal: AbortSignal,
): Promise<FetchedObject | undefined> {
  const head = await store.head(bucket, key, signal)
  if (head === undefined) return undefined
  mkdirSync(dirname(path), { recursive: true })
  const file = await open(path, 'w', 0o600)
  try {
    for (let start = 0; start < head.bytes; start += STEP_BYTES) {
      signal.throwIfAborted()
      const end = Math.min(head.bytes, start + STEP_BYTES) - 1
      await file.write(await store.get(bucket, key, { start, end }, signal))
    }
  } catch (error) {
    await file.close()
    await rm(path, { force: true })
    throw error
  }
  await file.close()
  return { head, storedSha256: head.metadata[META_SHA256] }
}
