import type { Call } from './context.ts'
import { queryValue, Refusal } from './wire.ts'

/** Statements of an identity policy, as IAM writes them. */
export interface UserPolicy {
  readonly Statement: readonly {
    readonly Effect: 'Allow' | 'Deny'
    readonly Action: string | readonly string[]
    readonly Resource: string | readonly string[]
    readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>
  }[]
}

/** A further identity of the store, with no rights but those of its policy. */
export interface StoreUser {
  readonly name: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly policy: UserPolicy
}

const SETTING_ACTIONS: Readonly<Record<string, readonly [read: string, write: string]>> = {
  versioning: ['GetBucketVersioning', 'PutBucketVersioning'],
  encryption: ['GetEncryptionConfiguration', 'PutEncryptionConfiguration'],
  publicAccessBlock: ['GetBucketPublicAccessBlock', 'PutBucketPublicAccessBlock'],
  ownershipControls: ['GetBucketOwnershipControls', 'PutBucketOwnershipControls'],
  policy: ['GetBucketPolicy', 'PutBucketPolicy'],
  lifecycle: ['GetLifecycleConfiguration', 'PutLifecycleConfiguration'],
  tagging: ['GetBucketTagging', 'PutBucketTagging'],
  location: ['GetBucketLocation', 'GetBucketLocation'],
}

/** The IAM action that a request needs (Service Authorization Reference, "Actions defined by Amazon S3"). */
function actionOf(call: Call): string {
  const { request, key, sub } = call
  const isRead = request.method === 'GET' || request.method === 'HEAD'
  if (call.bucketName === '') return 's3:ListAllMyBuckets'
  if (key !== '') {
    if (request.method === 'DELETE' && queryValue(request, 'uploadId') !== undefined) return 's3:AbortMultipartUpload'
    if (isRead && queryValue(request, 'uploadId') !== undefined) return 's3:ListMultipartUploadParts'
    const suffix = queryValue(request, 'versionId') === undefined ? '' : 'Version'
    if (isRead) return `s3:GetObject${suffix}`
    return request.method === 'DELETE' ? `s3:DeleteObject${suffix}` : 's3:PutObject'
  }
  const setting = sub === undefined ? undefined : SETTING_ACTIONS[sub]
  if (setting !== undefined) return `s3:${isRead ? setting[0] : setting[1]}`
  if (sub === 'uploads') return 's3:ListBucketMultipartUploads'
  if (sub === 'versions') return 's3:ListBucketVersions'
  if (sub === 'delete') return 's3:DeleteObject'
  if (isRead) return 's3:ListBucket'
  return request.method === 'DELETE' ? 's3:DeleteBucket' : 's3:CreateBucket'
}

/** Throws AccessDenied in S3's words unless the user's policy allows the request and nothing in it denies. */
export function assertAllowed(user: StoreUser, call: Call): void {
  const action = actionOf(call)
  const resource =
    call.bucketName === '' ? '*' : `arn:aws:s3:::${call.bucketName}${call.key === '' ? '' : `/${call.key}`}`
  const matching = user.policy.Statement.filter(
    (statement) =>
      list(statement.Action).some((pattern) => isLike(action, pattern)) &&
      list(statement.Resource).some((pattern) => isLike(resource, pattern)) &&
      isMet(statement.Condition ?? {}, call),
  )
  const denied = matching.some((statement) => statement.Effect === 'Deny')
  if (!denied && matching.length > 0) return
  const reason = denied
    ? 'with an explicit deny in an identity-based policy'
    : `because no identity-based policy allows the ${action} action`
  throw new Refusal(
    403,
    'AccessDenied',
    `User: arn:aws:iam::000000000000:user/${user.name} is not authorized to perform: ${action} on resource: "${resource}" ${reason}`,
  )
}

function isMet(conditions: NonNullable<UserPolicy['Statement'][number]['Condition']>, call: Call): boolean {
  return Object.entries(conditions).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) => isKeyMet(operator, valueOf(key, call), list(wanted))),
  )
}

function isKeyMet(operator: string, value: string | undefined, wanted: readonly string[]): boolean {
  switch (operator) {
    case 'Null':
      return wanted.includes(String(value === undefined))
    case 'Bool':
    case 'StringEquals':
      return value !== undefined && wanted.includes(value)
    case 'StringLike':
      return value !== undefined && wanted.some((pattern) => isLike(value, pattern))
    default:
      throw new Refusal(501, 'NotImplemented', `The embedded store does not know the condition ${operator}.`)
  }
}

function valueOf(key: string, call: Call): string | undefined {
  const { request } = call
  switch (key) {
    case 's3:prefix':
      return queryValue(request, 'prefix')
    case 's3:if-none-match':
      return request.headers['if-none-match']
    case 's3:if-match':
      return request.headers['if-match']
    case 's3:ObjectCreationOperation':
      return String(call.sub !== 'uploads' && queryValue(request, 'partNumber') === undefined)
    default:
      return undefined
  }
}

function isLike(text: string, pattern: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`, 's').test(text)
}

function list(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value
}
