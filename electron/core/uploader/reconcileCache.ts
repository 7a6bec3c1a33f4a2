import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { openProvenStore } from '../db/provenStore.ts'
import type { ProvenClaimRow, ProvenObject, ProvenObjectRow } from '../db/provenStore.ts'
import type { ProofResult } from './reconcileTask.ts'

/** What a proof of a clean claim said, without the names of its objects. */
export interface ProvenClaim extends Omit<ProofResult, 'proven'> {
  readonly objectsEqual: number
}

/**
 * What earlier proofs found, for the quick mode; losing it costs nothing but time. It lies on the disk: the memory it takes
 * does not grow with what was delivered. Something remembered is found after the next `save`, if not before.
 */
export interface ProofCache {
  find(executionId: number, bucket: string, key: string): ProvenObject | undefined
  remember(executionId: number, bucket: string, key: string, object: ProvenObject): void
  /**
   * A claim found clean earlier in this process, if `stamp` (its objects' entity tags, its quarantine and replays) is the
   * same now. Its source rows are not looked at again: only the full proof notices rows changed after their delivery.
   */
  findClaim(nodeId: string, executionId: number, stamp: string): ProvenClaim | undefined
  rememberClaim(nodeId: string, executionId: number, stamp: string, result: ProofResult): void
  /** Forgets the claims of a node but these: others were merged, or belong to a ledger that is gone. */
  keepClaims(nodeId: string, executionIds: ReadonlySet<number>): void
  save(): void
  close(): void
}

const FILE = 'proven.db'
/** Findings that wait for `save` at most. */
const MOST_WAITING = 500

/** Opens the memory of proven objects of a workspace; a damaged one counts as empty. */
export function openProofCache(stateDir: string): ProofCache {
  const store = openProvenStore(existsSync(stateDir) ? join(stateDir, FILE) : undefined)
  let objects: ProvenObjectRow[] = []
  let claims: ProvenClaimRow[] = []
  const save = (): void => {
    if (objects.length + claims.length === 0) return
    store.keep(objects, claims)
    objects = []
    claims = []
  }
  const saveMany = (): void => {
    if (objects.length + claims.length >= MOST_WAITING) save()
  }
  return {
    find: (executionId, bucket, key) => store.findObject(executionId, bucket, key),
    remember(executionId, bucket, key, { etag, sha256, rows, checksum }) {
      objects.push({ executionId, bucket, key, etag, sha256, rows, checksum })
      saveMany()
    },
    findClaim(nodeId, executionId, stamp) {
      const text = store.findClaim(nodeId, executionId, stamp)
      return text === undefined ? undefined : (JSON.parse(text) as ProvenClaim)
    },
    rememberClaim(nodeId, executionId, stamp, { proven, ...rest }) {
      const claim: ProvenClaim = { ...rest, objectsEqual: proven.length }
      claims.push({ nodeId, executionId, stamp, claim: JSON.stringify(claim) })
      saveMany()
    },
    keepClaims: (nodeId, executionIds) => store.keepClaims(nodeId, executionIds),
    save,
    close() {
      save()
      store.close()
    },
  }
}
