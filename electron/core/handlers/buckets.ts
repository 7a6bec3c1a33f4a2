import { errorToData, FieldgateError } from '../../../shared/domain/errors.ts'
import { BUILT_IN_PIPELINE_TYPES } from '../../../shared/domain/pipelineTypes.ts'
import type { EngineConfig } from '../../../shared/domain/settings.ts'
import type { BucketState, HandlersOf, Input } from '../../../shared/ipc/contract.ts'
import { addAudit } from '../db/ledger/records.ts'
import { bucketPolicy, mergeBucketPolicy } from '../handoff/policies.ts'
import { adminOf } from '../objects/admin.ts'
import { applyBuckets } from '../objects/buckets/apply.ts'
import { describeSettings } from '../objects/buckets/describe.ts'
import type { BucketWishes, DesiredBucket } from '../objects/buckets/desired.ts'
import { observeBuckets, planBuckets } from '../objects/buckets/plan.ts'
import { teardownBuckets } from '../objects/buckets/teardown.ts'
import { bucketOf } from '../uploader/claim.ts'
import type { CallContext, HandlerDependencies } from './dependencies.ts'

/** `buckets.*`: plan, make, show and take down the buckets of the configuration. */
export function bucketHandlers(deps: HandlerDependencies): HandlersOf<'buckets', CallContext> {
  const { config, clock } = deps
  return {
    'buckets.plan': async (wishes) => {
      const observed = await observeBuckets(adminOf(deps.store()), desiredBuckets(config, wishes))
      return planBuckets(config.buckets.region, observed)
    },
    'buckets.create': async ({ by, ...wishes }) => {
      const store = deps.store()
      const ports = { admin: adminOf(store), store, clock }
      const desired = desiredBuckets(config, wishes)
      const outcome = await applyBuckets(ports, config.buckets.region, desired, wishes.markers === true)
      if (outcome.applied > 0)
        audit(deps, by, 'buckets.create', desired.map((one) => one.bucket).join(', '), `${outcome.applied} settings`)
      return outcome
    },
    'buckets.show': async () => {
      const states: BucketState[] = []
      for (const { type, bucket } of bucketsOf(config)) states.push(await showBucket(deps, type, bucket))
      return states
    },
    'buckets.teardown': async ({ confirm, by }) => {
      const { prefix } = config.buckets
      if (confirm !== prefix) {
        throw new FieldgateError(
          'invalid',
          `The buckets of "${prefix}" are taken down only when "${prefix}" is confirmed.`,
          {
            hint: `Type the prefix: fieldgate buckets teardown --confirm ${prefix}.`,
          },
        )
      }
      const store = deps.store()
      const names = bucketsOf(config).map(({ bucket }) => bucket)
      const outcomes = await teardownBuckets({ admin: adminOf(store), store }, names)
      const deleted = outcomes.filter((one) => one.outcome === 'deleted').map((one) => one.bucket)
      if (deleted.length > 0) audit(deps, by, 'buckets.teardown', deleted.join(', '), undefined)
      return outcomes
    },
  }
}

/** The buckets of the configuration with the first pipeline type that goes to each. */
export function bucketsOf(config: EngineConfig): readonly { readonly type: string; readonly bucket: string }[] {
  const types = [...Object.keys(BUILT_IN_PIPELINE_TYPES), ...config.pipelines.custom.map((pipeline) => pipeline.name)]
  const byBucket = new Map<string, string>()
  for (const type of types) {
    const bucket = bucketOf(config, type)
    if (!byBucket.has(bucket)) byBucket.set(bucket, type)
  }
  return [...byBucket].map(([bucket, type]) => ({ type, bucket }))
}

function desiredBuckets(config: EngineConfig, input: Input<'buckets.plan'>): readonly DesiredBucket[] {
  const wishes: BucketWishes = {
    prefix: config.buckets.prefix,
    encryption: encryptionOf(input.kmsKeyId),
    versioning: input.versioning ?? true,
    publicAccessBlock: input.publicAccessBlock ?? true,
    expire: input.expire ?? false,
    tags: input.tags ?? {},
  }
  const { region } = config.buckets
  const tlsOnly = config.store.kind === 'embedded' || config.store.endpoint?.startsWith('http://') !== true
  const conditionalWrites = input.conditionalWrites ?? true
  const buckets = bucketsOf(config)
  for (const type of input.types ?? []) {
    if (buckets.some((bucket) => bucket.type === type)) continue
    throw new FieldgateError('invalid', `There is no pipeline type "${type}".`, {
      hint: `Known: ${buckets.map((bucket) => bucket.type).join(', ')}.`,
    })
  }
  return buckets
    .filter(({ type }) => input.types?.includes(type) ?? true)
    .map(({ type, bucket }) => ({
      type,
      bucket,
      wishes,
      policy: (existing) => mergeBucketPolicy(existing, bucketPolicy({ bucket, region, tlsOnly, conditionalWrites })),
    }))
}

function encryptionOf(kmsKeyId: string | undefined): BucketWishes['encryption'] {
  if (kmsKeyId === undefined) return { kind: 's3' }
  return { kind: 'kms', keyId: kmsKeyId === '' ? undefined : kmsKeyId }
}

async function showBucket(deps: HandlerDependencies, type: string, bucket: string): Promise<BucketState> {
  const admin = adminOf(deps.store())
  try {
    if (!(await admin.hasBucket(bucket))) return { type, bucket, exists: false, settings: [], problem: undefined }
    const settings = describeSettings(await admin.readSettings(bucket), deps.config.store.kind === 'embedded')
    return { type, bucket, exists: true, settings, problem: undefined }
  } catch (error) {
    const data = errorToData(error)
    if (data.code === 'unavailable') throw error
    return { type, bucket, exists: false, settings: [], problem: data.message }
  }
}

function audit(
  deps: HandlerDependencies,
  actor: string,
  action: string,
  subject: string,
  after: string | undefined,
): void {
  addAudit(deps.ledger(), {
    atMs: deps.clock.now(),
    actor,
    action,
    subject,
    before: undefined,
    after,
    reason: undefined,
  })
}
