import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeFileAtomic } from '../support/atomicFile.ts'
import type { ProofResult } from './reconcileTask.ts'

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
  /**
   * A claim found clean earlier in this process, if `stamp` (its objects' entity tags, its quarantine and replays) is the
   * same now. Its source rows are not looked at again: only the full proof notices rows changed after their delivery.
   */
  findClaim(executionId: number, stamp: string): ProofResult | undefined
  rememberClaim(executionId: number, stamp: string, result: ProofResult): void
  save(): void
}

const FILE = 'proven_objects.json'

/** Opens the memory of proven objects of a workspace; an unreadable one counts as empty. */
export function openProofCache(stateDir: string): ProofCache {
  const path = join(stateDir, FILE)
  const known = new Map(readKnown(path))
  const claims = new Map<number, { readonly stamp: string; readonly result: ProofResult }>()
  let isChanged = false
  return {
    findClaim(executionId, stamp) {
      const kept = claims.get(executionId)
      return kept?.stamp === stamp ? kept.result : undefined
    },
    rememberClaim: (executionId, stamp, result) => void claims.set(executionId, { stamp, result }),
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
