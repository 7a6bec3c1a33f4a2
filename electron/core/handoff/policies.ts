import type { AccessRole } from '../../../shared/domain/buckets.ts'

/** One statement of an IAM or bucket policy. */
export interface PolicyStatement {
  readonly Sid?: string
  readonly Effect: 'Allow' | 'Deny'
  readonly Principal?: string | Readonly<Record<string, string | readonly string[]>>
  readonly Action: string | readonly string[]
  readonly Resource: string | readonly string[]
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>
}

export interface PolicyDocument {
  readonly Version: '2012-10-17'
  readonly Statement: readonly PolicyStatement[]
}

/** What a policy is about. Keys of KMS are needed only for buckets encrypted with them. */
export interface PolicyTarget {
  readonly region: string
  readonly buckets: readonly string[]
  readonly kmsKeyArns?: readonly string[]
}

/** The least policy of a role, for an IAM user, group or role. */
export function accessPolicy(role: AccessRole, target: PolicyTarget): PolicyDocument {
  switch (role) {
    case 'uploader':
      return document([...carry(target), ...kms(target, ['kms:GenerateDataKey', 'kms:Decrypt'])])
    case 'viewer':
      return document([...look(target), ...kms(target, ['kms:Decrypt'])])
    case 'databricks':
      return document([...readOnly(target), ...kms(target, ['kms:Decrypt'])])
    case 'admin':
      return document([
        ...carry(target),
        ...look(target),
        ...manage(target),
        ...kms(target, ['kms:GenerateDataKey', 'kms:Decrypt', 'kms:DescribeKey']),
      ])
  }
}

/** The ARN of a bucket, in the partition of its region. */
export function bucketArn(bucket: string, region: string): string {
  const partition = region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws'
  return `arn:${partition}:s3:::${bucket}`
}

/** GetObject is HEAD too. Without ListBucket a missing key answers 403 instead of 404, and a lost reply could not be settled. */
function carry(target: PolicyTarget): readonly PolicyStatement[] {
  return [
    {
      Sid: 'FieldgateList',
      Effect: 'Allow',
      Action: ['s3:ListBucket', 's3:GetBucketLocation', 's3:ListBucketMultipartUploads'],
      Resource: arns(target),
    },
    {
      Sid: 'FieldgateCarry',
      Effect: 'Allow',
      Action: ['s3:PutObject', 's3:GetObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
      Resource: arns(target, '/*'),
    },
  ]
}

function readOnly(target: PolicyTarget): readonly PolicyStatement[] {
  return [
    {
      Sid: 'FieldgateReadBuckets',
      Effect: 'Allow',
      Action: ['s3:ListBucket', 's3:GetBucketLocation'],
      Resource: arns(target),
    },
    {
      Sid: 'FieldgateReadObjects',
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:GetObjectVersion'],
      Resource: arns(target, '/*'),
    },
  ]
}

/** Everything the window shows: buckets, objects, versions and settings. */
function look(target: PolicyTarget): readonly PolicyStatement[] {
  return [
    { Sid: 'FieldgateNames', Effect: 'Allow', Action: 's3:ListAllMyBuckets', Resource: '*' },
    {
      Sid: 'FieldgateLook',
      Effect: 'Allow',
      Action: [
        's3:ListBucket',
        's3:ListBucketVersions',
        's3:GetBucketLocation',
        's3:GetBucketVersioning',
        's3:GetEncryptionConfiguration',
        's3:GetBucketPublicAccessBlock',
        's3:GetBucketOwnershipControls',
        's3:GetBucketPolicy',
        's3:GetLifecycleConfiguration',
        's3:GetBucketTagging',
      ],
      Resource: arns(target),
    },
    {
      Sid: 'FieldgateRead',
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:GetObjectVersion'],
      Resource: arns(target, '/*'),
    },
  ]
}

function manage(target: PolicyTarget): readonly PolicyStatement[] {
  return [
    {
      Sid: 'FieldgateManage',
      Effect: 'Allow',
      Action: [
        's3:CreateBucket',
        's3:DeleteBucket',
        's3:PutBucketVersioning',
        's3:PutEncryptionConfiguration',
        's3:PutBucketPublicAccessBlock',
        's3:PutBucketOwnershipControls',
        's3:PutBucketPolicy',
        's3:PutLifecycleConfiguration',
        's3:PutBucketTagging',
      ],
      Resource: arns(target),
    },
    {
      Sid: 'FieldgateRemove',
      Effect: 'Allow',
      Action: ['s3:DeleteObject', 's3:DeleteObjectVersion'],
      Resource: arns(target, '/*'),
    },
  ]
}

/** The keys are used through S3 alone. */
function kms(target: PolicyTarget, actions: readonly string[]): readonly PolicyStatement[] {
  if (target.kmsKeyArns === undefined || target.kmsKeyArns.length === 0) return []
  return [
    {
      Sid: 'FieldgateKeys',
      Effect: 'Allow',
      Action: actions,
      Resource: target.kmsKeyArns,
      Condition: { StringEquals: { 'kms:ViaService': `s3.${target.region}.amazonaws.com` } },
    },
  ]
}

export interface BucketPolicyOptions {
  readonly bucket: string
  readonly region: string
  /** Refuses everything without TLS; would lock out a store that is reached over plain HTTP. */
  readonly tlsOnly: boolean
  /** Refuses every write that could overwrite: PutObject and CompleteMultipartUpload without If-None-Match or If-Match. */
  readonly conditionalWrites: boolean
}

/** Statements whose Sid begins so are ours: a new plan replaces them and leaves all others. */
const OUR_SIDS = 'Fieldgate'

/**
 * The bucket policy: nothing without TLS, and no unconditional write. Parts of an upload carry no condition and are exempt by
 * `s3:ObjectCreationOperation` (S3 User Guide, "Enforce conditional writes on Amazon S3 buckets"); copies into the bucket are
 * refused with it.
 */
export function bucketPolicy(options: BucketPolicyOptions): PolicyDocument {
  const arn = bucketArn(options.bucket, options.region)
  const tls: PolicyStatement = {
    Sid: 'FieldgateTlsOnly',
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:*',
    Resource: [arn, `${arn}/*`],
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  }
  const conditional: PolicyStatement = {
    Sid: 'FieldgateNeverOverwrite',
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:PutObject',
    Resource: `${arn}/*`,
    Condition: {
      Null: { 's3:if-none-match': 'true', 's3:if-match': 'true' },
      Bool: { 's3:ObjectCreationOperation': 'true' },
    },
  }
  return document([...(options.tlsOnly ? [tls] : []), ...(options.conditionalWrites ? [conditional] : [])])
}

/**
 * The text of the policy with our statements in place of older ones of ours; what others wrote stays. Undefined when no statement
 * is left. Throws on text that is no JSON.
 */
export function mergeBucketPolicy(existing: string | undefined, ours: PolicyDocument): string | undefined {
  const { Statement: statements } = JSON.parse(existing ?? '{}') as {
    Statement?: PolicyStatement | readonly PolicyStatement[]
  }
  const list = statements === undefined ? [] : isList(statements) ? statements : [statements]
  const merged = [...list.filter((statement) => statement.Sid?.startsWith(OUR_SIDS) !== true), ...ours.Statement]
  return merged.length === 0 ? undefined : JSON.stringify(document(merged))
}

function isList(value: PolicyStatement | readonly PolicyStatement[]): value is readonly PolicyStatement[] {
  return Array.isArray(value)
}

function arns({ buckets, region }: PolicyTarget, suffix = ''): readonly string[] {
  return buckets.map((bucket) => `${bucketArn(bucket, region)}${suffix}`)
}

function document(statements: readonly PolicyStatement[]): PolicyDocument {
  return { Version: '2012-10-17', Statement: statements }
}
