import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeFileAtomic } from '../support/atomicFile.ts'

/** An object that was read back and found to be what was delivered. */
export interface ProvenObject {
  readonly etag: string
  readonly sha256: string
  readonly rows: number
  readonly checksum: string
}

/** What earlier proofs found, for the quick mode; losing it costs nothing but time. */
export interface ProofCache {
  find(bucket: string, key: string): ProvenObject | undefined
  remember(bucket: string, key: string, object: ProvenObject): void
  save(): void
}

const FILE = 'proven_objects.json'

/** Opens the memory of proven objects of a workspace; an unreadable one counts as empty. */
export function openProofCache(stateDir: string): ProofCache {
  const path = join(stateDir, FILE)
  const known = new Map(readKnown(path))
  let isChanged = false
  return {
    find: (bucket, key) => known.get(`${bucket}/${key}`),
    remember(bucket, key, object) {
      known.set(`${bucket}/${key}`, object)
      isChanged = true
    },
    save() {
      if (isChanged && existsSync(stateDir)) writeFileAtomic(path, JSON.stringify([...known]))
      isChanged = false
    },
  }
}

function readKnown(path: string): readonly (readonly [string, ProvenObject])[] {
  if (!existsSync(path)) return []
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as [string, ProvenObject][]
  } catch {
    return []
  }
}
