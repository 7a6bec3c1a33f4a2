import {
  DeleteBucketPolicyCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutPublicAccessBlockCommand,
} from '@aws-sdk/client-s3'
import type {
  LifecycleRule as SdkRule,
  PublicAccessBlockConfiguration,
  TransitionStorageClass,
} from '@aws-sdk/client-s3'
import type {
  BucketEncryption,
  BucketSettingName,
  BucketSettings,
  LifecycleRule,
  ReadBucketSettings,
  ReadSetting,
} from '../../../../shared/domain/buckets.ts'
import { FieldgateError } from '../../../../shared/domain/errors.ts'
import { canonicalJson } from '../buckets/canonical.ts'
import { call, sendOptions } from './connection.ts'
import type { Connection } from './connection.ts'
import { explainStoreError, readFailure } from './storeErrors.ts'

/** The right that reading and writing of each setting needs, as IAM names it. */
export const SETTING_ACTIONS: Readonly<Record<BucketSettingName, { readonly read: string; readonly write: string }>> = {
  versioning: { read: 's3:GetBucketVersioning', write: 's3:PutBucketVersioning' },
  encryption: { read: 's3:GetEncryptionConfiguration', write: 's3:PutEncryptionConfiguration' },
  publicAccess: { read: 's3:GetBucketPublicAccessBlock', write: 's3:PutBucketPublicAccessBlock' },
  ownership: { read: 's3:GetBucketOwnershipControls', write: 's3:PutBucketOwnershipControls' },
  policy: { read: 's3:GetBucketPolicy', write: 's3:PutBucketPolicy' },
  lifecycle: { read: 's3:GetLifecycleConfiguration', write: 's3:PutLifecycleConfiguration' },
  tags: { read: 's3:GetBucketTagging', write: 's3:PutBucketTagging' },
}

/** Answers that mean: the bucket has no such setting. */
const UNSET = new Set([
  'ServerSideEncryptionConfigurationNotFoundError',
  'NoSuchPublicAccessBlockConfiguration',
  'OwnershipControlsNotFoundError',
  'NoSuchBucketPolicy',
  'NoSuchLifecycleConfiguration',
  'NoSuchTagSet',
  'NoSuchTagSetError',
])

/** Reads every setting of a bucket, each by itself: one that is denied or unknown to the store does not hide the others. */
export async function readBucketSettings(connection: Connection, bucket: string): Promise<ReadBucketSettings> {
  const { client } = connection
  const options = sendOptions(connection, undefined)
  const Bucket = bucket
  const read = <Name extends BucketSettingName>(
    name: Name,
    unset: BucketSettings[Name],
    work: () => Promise<BucketSettings[Name]>,
  ) => readOne(bucket, name, unset, work)
  return {
    versioning: await read('versioning', 'off', async () => {
      const { Status } = await client.send(new GetBucketVersioningCommand({ Bucket }), options)
      return Status === 'Enabled' ? 'enabled' : Status === 'Suspended' ? 'suspended' : 'off'
    }),
    encryption: await read('encryption', { kind: 'none' }, async () => {
      const reply = await client.send(new GetBucketEncryptionCommand({ Bucket }), options)
      const rule = answered(reply.ServerSideEncryptionConfiguration?.Rules)[0]?.ApplyServerSideEncryptionByDefault
      if (rule?.SSEAlgorithm === undefined) return { kind: 'none' }
      return rule.SSEAlgorithm === 'AES256' ? { kind: 's3' } : { kind: 'kms', keyId: rule.KMSMasterKeyID }
    }),
    publicAccess: await read('publicAccess', 'open', async () => {
      const reply = await client.send(new GetPublicAccessBlockCommand({ Bucket }), options)
      return readPublicAccess(answered(reply.PublicAccessBlockConfiguration))
    }),
    ownership: await read('ownership', 'unset', async () => {
      const reply = await client.send(new GetBucketOwnershipControlsCommand({ Bucket }), options)
      return answered(reply.OwnershipControls?.Rules)[0]?.ObjectOwnership ?? 'unset'
    }),
    policy: await read('policy', undefined, async () => {
      const { Policy } = await client.send(new GetBucketPolicyCommand({ Bucket }), options)
      const text = answered(Policy)
      return canonicalJson(answered(text.startsWith('{') ? text : undefined))
    }),
    lifecycle: await read('lifecycle', [], async () => {
      const { Rules } = await client.send(new GetBucketLifecycleConfigurationCommand({ Bucket }), options)
      return answered(Rules)
        .map(readRule)
        .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    }),
    tags: await read('tags', {}, async () => {
      const { TagSet } = await client.send(new GetBucketTaggingCommand({ Bucket }), options)
      return Object.fromEntries((TagSet ?? []).map((tag) => [tag.Key ?? '', tag.Value ?? '']))
    }),
  }
}

async function readOne<Name extends BucketSettingName>(
  bucket: string,
  name: Name,
  unset: BucketSettings[Name],
  work: () => Promise<BucketSettings[Name]>,
): Promise<ReadSetting<BucketSettings[Name]>> {
  const action = SETTING_ACTIONS[name].read
  try {
    return { state: 'known', value: await work() }
  } catch (error) {
    const failure = readFailure(error)
    if (UNSET.has(failure.name)) return { state: 'known', value: unset }
    const explained = explainStoreError(error, { action, bucket })
    if (explained.code === 'denied' && failure.status === 403) return { state: 'denied', action }
    if (explained.code === 'unsupported' || failure.status === 405 || failure.name === 'MethodNotAllowed')
      return { state: 'unsupported' }
    throw explained
  }
}

/**
 * A store that does not know a setting may answer with something else altogether: older Ceph lists the bucket. S3 itself
 * gives either the setting or an error.
 */
function answered<T>(value: T | undefined): T {
  if (value !== undefined) return value
  throw new FieldgateError('unsupported', 'The store answered with something else.')
}

function readPublicAccess(block: PublicAccessBlockConfiguration): BucketSettings['publicAccess'] {
  const parts = [block.BlockPublicAcls, block.IgnorePublicAcls, block.BlockPublicPolicy, block.RestrictPublicBuckets]
  answered(parts.find((part) => part !== undefined))
  if (parts.every((part) => part === true)) return 'blocked'
  return parts.some((part) => part === true) ? 'partly' : 'open'
}

function readRule(rule: SdkRule): LifecycleRule {
  const transitions = (rule.Transitions ?? [])
    .flatMap((step) =>
      step.Days === undefined || step.StorageClass === undefined
        ? []
        : [{ days: step.Days, storageClass: step.StorageClass }],
    )
    .toSorted((a, b) => a.days - b.days)
  return {
    id: rule.ID ?? '',
    prefix: rule.Filter?.Prefix ?? rule.Prefix ?? '',
    ...(rule.Expiration?.Days === undefined ? {} : { expireDays: rule.Expiration.Days }),
    ...(rule.NoncurrentVersionExpiration?.NoncurrentDays === undefined
      ? {}
      : { noncurrentExpireDays: rule.NoncurrentVersionExpiration.NoncurrentDays }),
    ...(rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation === undefined
      ? {}
      : { abortMultipartDays: rule.AbortIncompleteMultipartUpload.DaysAfterInitiation }),
    ...(transitions.length === 0 ? {} : { transitions }),
  }
}

/** Sets one setting of a bucket. Throws `denied` naming the missing action, `unsupported` where the store has no such thing. */
export async function writeBucketSetting<Name extends BucketSettingName>(
  connection: Connection,
  bucket: string,
  name: Name,
  value: BucketSettings[Name],
): Promise<void> {
  const settings = { [name]: value } as Partial<BucketSettings>
  await call({ action: SETTING_ACTIONS[name].write, bucket }, () => send(connection, bucket, name, settings))
}

async function send(
  connection: Connection,
  Bucket: string,
  name: BucketSettingName,
  value: Partial<BucketSettings>,
): Promise<unknown> {
  const { client } = connection
  const options = sendOptions(connection, undefined)
  switch (name) {
    case 'versioning': {
      const Status = value.versioning === 'enabled' ? 'Enabled' : 'Suspended'
      return client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }), options)
    }
    case 'encryption':
      return client.send(
        new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: encryptionOf(value.encryption) }),
        options,
      )
    case 'publicAccess': {
      const on = value.publicAccess === 'blocked'
      const block = { BlockPublicAcls: on, IgnorePublicAcls: on, BlockPublicPolicy: on, RestrictPublicBuckets: on }
      return client.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: block }), options)
    }
    case 'ownership': {
      const ObjectOwnership =
        value.ownership === undefined || value.ownership === 'unset' ? 'BucketOwnerEnforced' : value.ownership
      return client.send(
        new PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls: { Rules: [{ ObjectOwnership }] } }),
        options,
      )
    }
    case 'policy':
      return value.policy === undefined
        ? client.send(new DeleteBucketPolicyCommand({ Bucket }), options)
        : client.send(new PutBucketPolicyCommand({ Bucket, Policy: value.policy }), options)
    case 'lifecycle': {
      const Rules = (value.lifecycle ?? []).map(writeRule)
      return client.send(
        new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }),
        options,
      )
    }
    case 'tags': {
      const TagSet = Object.entries(value.tags ?? {}).map(([Key, Value]) => ({ Key, Value }))
      return client.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }), options)
    }
  }
}

function encryptionOf(encryption: BucketEncryption | undefined) {
  if (encryption?.kind === 'none')
    throw new FieldgateError('invalid', 'Encryption at rest cannot be taken away from a bucket.')
  const byDefault =
    encryption?.kind === 'kms'
      ? {
          SSEAlgorithm: 'aws:kms' as const,
          ...(encryption.keyId === undefined ? {} : { KMSMasterKeyID: encryption.keyId }),
        }
      : { SSEAlgorithm: 'AES256' as const }
  return { Rules: [{ ApplyServerSideEncryptionByDefault: byDefault, BucketKeyEnabled: encryption?.kind === 'kms' }] }
}

function writeRule(rule: LifecycleRule): SdkRule {
  return {
    ID: rule.id,
    Status: 'Enabled',
    Filter: { Prefix: rule.prefix },
    ...(rule.expireDays === undefined ? {} : { Expiration: { Days: rule.expireDays } }),
    ...(rule.noncurrentExpireDays === undefined
      ? {}
      : { NoncurrentVersionExpiration: { NoncurrentDays: rule.noncurrentExpireDays } }),
    ...(rule.abortMultipartDays === undefined
      ? {}
      : { AbortIncompleteMultipartUpload: { DaysAfterInitiation: rule.abortMultipartDays } }),
    ...(rule.transitions === undefined
      ? {}
      : {
          Transitions: rule.transitions.map((step) => ({
            Days: step.days,
            StorageClass: step.storageClass as TransitionStorageClass,
          })),
        }),
  }
}
