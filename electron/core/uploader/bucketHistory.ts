import { FieldgateError } from '../../../shared/domain/errors.ts'
import type { ExecutionObject, Lane } from '../../../shared/domain/execution.ts'
import { nodePrefix, parseObjectKey } from '../../../shared/domain/objectKey.ts'
import { BUILT_IN_PIPELINE_TYPES } from '../../../shared/domain/pipelineTypes.ts'
import { findObject } from '../db/ledger/executions.ts'
import type { LedgerConnection } from '../db/ledger/connection.ts'
import { META_LOGICAL_HASH, META_SHA256 } from '../objects/port.ts'
import type { ListedObject, ObjectStore } from '../objects/port.ts'
import type { EngineConfig, NodeConfig } from '../../../shared/domain/settings.ts'
import { bucketOf } from './claim.ts'
import { readClaimOrigin } from './claimMetadata.ts'
import type { ClaimOrigin } from './claimMetadata.ts'

/** An object that lies in the bucket and that the ledger does not know. */
export interface FoundObject extends Omit<ExecutionObject, 'state'> {
  readonly etag: string
  readonly lastModifiedMs: number
}

/** A claim that some ledger made, as its objects tell it. */
export interface FoundClaim extends Lane, ClaimOrigin {
  readonly bucket: string
  readonly found: readonly FoundObject[]
}

interface HistoryPorts {
  readonly config: EngineConfig
  readonly ledger: LedgerConnection
  readonly store: ObjectStore
  /** Whether a bucket had anything in it when it was first looked at: a new fleet need not ask for every node. */
  readonly hasObjects: (bucket: string) => Promise<boolean>
}

/** Every type that rows may have been delivered as. */
export function deliveryTypes(config: EngineConfig): readonly string[] {
  return [...Object.keys(BUILT_IN_PIPELINE_TYPES), ...config.pipelines.custom.map((pipeline) => pipeline.name)]
}

/** Questions to the store under way at once. */
const AT_ONCE = 8

/**
 * Every claim of a table that left objects in the buckets without the ledger knowing them, whatever its type, in order of
 * sequence. Reads only. Objects that do not say which claim they came from are left out, and so are buckets that do not
 * exist.
 */
export async function findUnknownClaims(
  ports: HistoryPorts,
  node: NodeConfig,
  table: string,
  signal: AbortSignal,
): Promise<readonly FoundClaim[]> {
  const claims = new Map<string, FoundClaim & { readonly found: FoundObject[] }>()
  for (const route of deliveryTypes(ports.config)) {
    const bucket = bucketOf(ports.config, route)
    if (!(await ports.hasObjects(bucket))) continue
    const unknown = await listUnknown(ports, bucket, nodePrefix(route, table, node.id), signal)
    for (let at = 0; at < unknown.length; at += AT_ONCE) {
      signal.throwIfAborted()
      const part = unknown.slice(at, at + AT_ONCE)
      const heads = await Promise.all(part.map(({ key }) => readObject(ports.store, bucket, key, signal)))
      for (const head of heads) {
        if (head === undefined) continue
        const { facts, epoch, object } = head
        const name = [epoch, route, facts.kind, facts.fromSeq, facts.toSeq].join('/')
        const claim = claims.get(name) ?? { ...facts, nodeId: node.id, table, epoch, route, bucket, found: [] }
        claims.set(name, claim)
        claim.found.push(object)
      }
    }
  }
  return [...claims.values()].toSorted((a, b) => a.fromSeq - b.fromSeq)
}

async function listUnknown(
  ports: HistoryPorts,
  bucket: string,
  prefix: string,
  signal: AbortSignal,
): Promise<readonly ListedObject[]> {
  const unknown: ListedObject[] = []
  let token: string | undefined
  do {
    signal.throwIfAborted()
    const page = await listPage(ports.store, { bucket, prefix, token, signal })
    unknown.push(...page.objects.filter(({ key }) => findObject(ports.ledger, bucket, key)?.isStored !== true))
    token = page.nextToken
  } while (token !== undefined)
  return unknown
}

/** A page of the store; empty for a bucket that does not exist yet. */
export async function listPage(
  store: ObjectStore,
  query: Parameters<ObjectStore['list']>[0],
): ReturnType<ObjectStore['list']> {
  try {
    return await store.list(query)
  } catch (error) {
    if (error instanceof FieldgateError && error.code === 'notFound') {
      return { objects: [], prefixes: [], nextToken: undefined }
    }
    throw error
  }
}

async function readObject(
  store: ObjectStore,
  bucket: string,
  key: string,
  signal: AbortSignal,
): Promise<{ readonly facts: ClaimOrigin; readonly epoch: string; readonly object: FoundObject } | undefined> {
  const parts = parseObjectKey(key)
  const head = parts === undefined ? undefined : await store.head(bucket, key, signal)
  const facts = head === undefined ? undefined : readClaimOrigin(head.metadata)
  if (parts === undefined || head === undefined || facts === undefined) return undefined
  return {
    facts,
    epoch: parts.epoch,
    object: {
      bucket,
      key,
      date: parts.date,
      fromSeq: parts.fromSeq,
      toSeq: parts.toSeq,
      rows: Number(head.metadata['fieldgate-rows'] ?? 0),
      bytes: head.bytes,
      sha256: head.metadata[META_SHA256] ?? '',
      logicalHash: head.metadata[META_LOGICAL_HASH] ?? '',
      etag: head.etag,
      lastModifiedMs: head.lastModifiedMs,
    },
  }
}
