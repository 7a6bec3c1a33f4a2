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

/** What a proof of a clean claim said, without the names of its objects: a ledger has hundreds of thousands. */
export interface ProvenClaim extends Omit<ProofResult, 'proven'> {
  readonly objectsEqual: number
}

/** What earlier proofs found, for the quick mode; losing it costs nothing but time. */
export interface ProofCache {
  find(bucket: string, key: string): ProvenObject | undefined
  remember(bucket: string, key: string, object: ProvenObject): void
  /**
   * A claim found clean earlier in this process, if `stamp` (its objects' entity tags, its quarantine and replays) is the
   * same now. Its source rows are not looked at again: only the full proof notices rows changed after their delivery.
   */
  findClaim(nodeId: string, executionId: number, stamp: string): ProvenClaim | undefined
  rememberClaim(nodeId: string, executionId: number, stamp: string, result: ProofResult): void
  /** Forgets the claims of a node but these: others were merged, or belong to a ledger that is gone. */
  keepClaims(nodeId: string, executionIds: ReadonlySet<number>): void
  save(): void
}

const FILE = 'proven_objects.json'

/** Opens the memory of proven objects of a workspace; an unreadable one counts as empty. */
export function openProofCache(stateDir: string): ProofCache {
  const path = join(stateDir, FILE)
  const known = new Map(readKnown(path))
  const claims = new Map<string, Map<number, { readonly stamp: string; readonly claim: ProvenClaim }>>()
  let isChanged = false
  return {
    findClaim(nodeId, executionId, stamp) {
      const kept = claims.get(nodeId)?.get(executionId)
      return kept?.stamp === stamp ? kept.claim : undefined
    },
    rememberClaim(nodeId, executionId, stamp, { proven, ...rest }) {
      const ofNode = claims.get(nodeId) ?? new Map()
      claims.set(nodeId, ofNode.set(executionId, { stamp, claim: { ...rest, objectsEqual: proven.length } }))
    },
    keepClaims(nodeId, executionIds) {
      const ofNode = claims.get(nodeId)
      for (const id of ofNode?.keys() ?? []) if (!executionIds.has(id)) ofNode?.delete(id)
    },
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
