import type { ExecutionCounts } from '../../../shared/domain/execution.ts'
import type { RememberedAnchor } from '../db/ledger/epochs.ts'
import type { StoredExecution, StoredObject } from '../db/ledger/executions.ts'
import { META_LOGICAL_HASH, META_SHA256 } from '../objects/port.ts'
import type { ObjectMetadata } from '../objects/port.ts'

/** What every object tells of the claim it came from: enough to write the claim into a ledger that knows nothing of it. */
export interface ClaimOrigin {
  /** `replay`: rows taken out of quarantine, within the range of the claim that had put them there. */
  readonly kind: 'tail' | 'gap' | 'replay'
  readonly fromSeq: number
  readonly toSeq: number
  readonly pipelineRevision: number
  /** Objects of the claim, this one included. */
  readonly objects: number
  readonly counts: ExecutionCounts
  readonly newestEventMs: number | undefined
  /** A row that the table's life is recognised by. */
  readonly anchor: RememberedAnchor | undefined
  /** What decides how its rows are divided among objects; undefined for objects of earlier versions. */
  readonly settings: ClaimSettings | undefined
}

/** With these a claim that was left half-way makes the same objects again, whatever changed since. */
export interface ClaimSettings {
  /** How many of the table's columns there were: new ones come behind. */
  readonly columns: number
  readonly rowsPerStep: number
  readonly targetObjectBytes: number
}

/** Metadata of a store holds 2 KB at most; a row is recognised by its time and its first values. */
const ANCHOR_CHARACTERS = 12 + 1 + 4 * 64

/** The metadata an object is stored with: plain ASCII, well below the 2 KB that S3 allows. */
export function describeObject(
  execution: StoredExecution,
  object: StoredObject,
  facts: Omit<ClaimOrigin, 'fromSeq' | 'toSeq' | 'pipelineRevision'>,
): ObjectMetadata {
  const { read, kept, rejected, filtered, aggregated } = facts.counts
  const { anchor, newestEventMs, settings } = facts
  return {
    [META_SHA256]: object.sha256,
    [META_LOGICAL_HASH]: object.logicalHash,
    'fieldgate-node': encodeURIComponent(execution.nodeId),
    'fieldgate-table': encodeURIComponent(execution.table),
    'fieldgate-type': execution.route,
    'fieldgate-epoch': execution.epoch,
    'fieldgate-range': `${object.fromSeq}..${object.toSeq}`,
    'fieldgate-rows': String(object.rows),
    'fieldgate-claim': `${execution.fromSeq}..${execution.toSeq}`,
    'fieldgate-claim-kind': facts.kind,
    'fieldgate-claim-objects': String(facts.objects),
    'fieldgate-claim-counts': [read, kept, rejected, filtered, aggregated].join('/'),
    'fieldgate-revision': String(execution.pipelineRevision),
    ...(newestEventMs === undefined ? {} : { 'fieldgate-newest-ms': String(newestEventMs) }),
    ...(settings === undefined
      ? {}
      : { 'fieldgate-claim-settings': [settings.columns, settings.rowsPerStep, settings.targetObjectBytes].join('/') }),
    ...(anchor === undefined
      ? {}
      : { 'fieldgate-anchor': `${anchor.sequence}=${anchor.hash.slice(0, ANCHOR_CHARACTERS)}` }),
  }
}

const RANGE = /^(-?\d+)\.\.(-?\d+)$/
const COUNTS = /^(\d+)\/(\d+)\/(\d+)\/(\d+)\/(\d+)$/
const SETTINGS = /^(\d+)\/(\d+)\/(\d+)$/
const ANCHOR = /^(-?\d+)=([0-9a-f]+:[0-9a-f]*)$/

/** The claim that an object says it came from; undefined when it does not say, or not in a way that can be trusted. */
export function readClaimOrigin(metadata: ObjectMetadata): ClaimOrigin | undefined {
  const range = RANGE.exec(metadata['fieldgate-claim'] ?? '')
  const counts = COUNTS.exec(metadata['fieldgate-claim-counts'] ?? '')
  const kind = metadata['fieldgate-claim-kind']
  const objects = Number(metadata['fieldgate-claim-objects'])
  const pipelineRevision = Number(metadata['fieldgate-revision'])
  if (range === null || counts === null || !(objects >= 1) || !Number.isSafeInteger(pipelineRevision)) return undefined
  if (kind !== 'tail' && kind !== 'gap' && kind !== 'replay') return undefined
  const [read, kept, rejected, filtered, aggregated] = counts.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
  ]
  const anchor = ANCHOR.exec(metadata['fieldgate-anchor'] ?? '')
  const newest = metadata['fieldgate-newest-ms']
  return {
    kind,
    fromSeq: Number(range[1]),
    toSeq: Number(range[2]),
    pipelineRevision,
    objects,
    counts: { read, kept, rejected, filtered, aggregated },
    newestEventMs: newest === undefined ? undefined : Number(newest),
    anchor: anchor === null ? undefined : { sequence: Number(anchor[1]), hash: anchor[2] as string },
    settings: readSettings(metadata['fieldgate-claim-settings']),
  }
}

function readSettings(text: string | undefined): ClaimSettings | undefined {
  const found = SETTINGS.exec(text ?? '')
  if (found === null) return undefined
  const [columns, rowsPerStep, targetObjectBytes] = found.slice(1).map(Number) as [number, number, number]
  return { columns, rowsPerStep, targetObjectBytes }
}
