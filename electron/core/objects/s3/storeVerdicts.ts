import type { ErrorCode } from '../../../../shared/domain/errors.ts'

/** What was tried, in the words of IAM; what an error names. */
export interface Attempt {
  readonly action: string
  readonly bucket?: string
  readonly key?: string
}

/** The parts of an SDK error that are read; everything else in it may hold tokens and stays behind. */
export interface SdkFailure {
  readonly name: string
  readonly errno: string | undefined
  readonly status: number | undefined
  readonly requestId: string | undefined
  readonly attempts: number | undefined
  readonly message: string
  /** Where the bucket really is, when the store says so. */
  readonly region: string | undefined
}

export interface Verdict {
  readonly code: ErrorCode
  readonly message: string
  readonly hint: string
  readonly retryable?: boolean
}

const THROTTLED = new Set([
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'TooManyRequests',
  'TooManyRequestsException',
  'RequestLimitExceeded',
  'BandwidthLimitExceeded',
])
const WRONG_KEY = new Set([
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'InvalidClientTokenId',
  'UnrecognizedClientException',
  'InvalidToken',
])
const EXPIRED = new Set(['ExpiredToken', 'ExpiredTokenException', 'TokenRefreshRequired', 'RequestExpired'])
const WRONG_REGION = new Set([
  'PermanentRedirect',
  'AuthorizationHeaderMalformed',
  'IllegalLocationConstraintException',
  'TemporaryRedirect',
])
const DAMAGED = new Set([
  'BadDigest',
  'XAmzContentSHA256Mismatch',
  'XAmzContentChecksumMismatch',
  'IncompleteBody',
  'InvalidDigest',
])
const FULL = new Set(['InsufficientStorage', 'XMinioStorageFull', 'QuotaExceeded'])
const RACE = new Set(['ConditionalRequestConflict', 'OperationAborted'])

/** What a failure means and what to do about it. */
export function judge(failure: SdkFailure, attempt: Attempt): Verdict {
  const verdict = judgeIdentity(failure, attempt) ?? judgePlace(failure, attempt) ?? judgeLink(failure, attempt)
  return {
    ...verdict,
    message: verdict.message.replace(/^(?:bucket |the store)/, (words) => words[0]?.toUpperCase() + words.slice(1)),
  }
}

function judgeIdentity({ name, status, message }: SdkFailure, attempt: Attempt): Verdict | undefined {
  if (
    name === 'CredentialsProviderError' ||
    name === 'TokenProviderError' ||
    /could not load credentials/i.test(message)
  ) {
    const sso = /sso/i.test(message)
    return {
      code: 'denied',
      message: sso
        ? 'The single sign-on session has expired or was never opened.'
        : 'No credentials were found for the store.',
      hint: sso
        ? 'Run aws sso login for the profile, then try again.'
        : 'Choose a source: a profile, keys in credentials/ or .env, or an instance role (fieldgate credentials setup).',
      retryable: true,
    }
  }
  if (EXPIRED.has(name)) {
    return {
      code: 'denied',
      message: 'The session credentials have expired.',
      hint: 'Renew them (aws sso login, or new temporary keys); uploading then resumes by itself.',
      retryable: true,
    }
  }
  if (WRONG_KEY.has(name)) {
    return {
      code: 'denied',
      message:
        name === 'SignatureDoesNotMatch'
          ? 'The secret access key does not match the access key.'
          : 'The store does not know this access key.',
      hint: 'Check the credentials: fieldgate credentials check.',
    }
  }
  if (name === 'RequestTimeTooSkewed') {
    return {
      code: 'denied',
      message: 'The clock of this computer is wrong by more than 15 minutes; the store refuses its signature.',
      hint: 'Set the clock (NTP).',
      retryable: true,
    }
  }
  if (
    name === 'AccessDenied' ||
    name === 'Forbidden' ||
    name === 'AllAccessDisabled' ||
    status === 401 ||
    status === 403
  ) {
    const reason = /because .*$/.exec(message)?.[0]
    return {
      code: 'denied',
      message:
        `${attempt.action} on ${placeOf(attempt)} is not allowed${reason === undefined ? '' : ` ${reason}`}.`.replace(
          '..',
          '.',
        ),
      hint: `Grant ${attempt.action} on ${arnOf(attempt)} to these credentials (fieldgate access policy prints the least policy), and look for a denying bucket policy.`,
    }
  }
  return undefined
}

function judgePlace({ name, status, region, message }: SdkFailure, attempt: Attempt): Verdict | undefined {
  const place = placeOf(attempt)
  if (WRONG_REGION.has(name) || status === 301) {
    return {
      code: 'invalid',
      message:
        region === undefined
          ? `${place} is not in the configured region.`
          : `${place} is in region ${region}, not in the configured one.`,
      hint:
        region === undefined
          ? 'Set the region of the bucket in the configuration.'
          : `Set region to ${region} in the configuration.`,
    }
  }
  if (name === 'NoSuchBucket') {
    return {
      code: 'notFound',
      message: `There is no bucket ${attempt.bucket ?? ''}.`,
      hint: 'Create it: fieldgate buckets create. Or correct its name in the configuration.',
    }
  }
  if (
    name === 'NoSuchKey' ||
    name === 'NotFound' ||
    name === 'NoSuchVersion' ||
    name === 'NoSuchUpload' ||
    status === 404
  ) {
    return { code: 'notFound', message: `There is no ${place}.`, hint: 'List what is there: fieldgate objects ls.' }
  }
  if (name === 'BucketAlreadyExists') {
    return {
      code: 'conflict',
      message: `The bucket name ${attempt.bucket ?? ''} is taken by another account.`,
      hint: 'Bucket names are global: choose another prefix.',
    }
  }
  if (RACE.has(name)) {
    return {
      code: 'conflict',
      message: `Another request is writing ${place} at this moment.`,
      hint: 'It is tried again.',
      retryable: true,
    }
  }
  if (name === 'PreconditionFailed' || status === 412) {
    return { code: 'conflict', message: `${place} exists already.`, hint: 'Nothing was overwritten.' }
  }
  if (name === 'BucketNotEmpty') {
    return {
      code: 'conflict',
      message: `Bucket ${attempt.bucket ?? ''} is not empty.`,
      hint: 'Empty it first; Fieldgate never deletes data together with a bucket.',
    }
  }
  if (name === 'NotImplemented' || status === 501) {
    return {
      code: 'unsupported',
      message: `The store does not offer ${attempt.action} as asked.`,
      hint: 'Use a store that does, or leave this feature out.',
    }
  }
  if (FULL.has(name) || status === 507) {
    return {
      code: 'diskFull',
      message: `The store has no space left for ${place}.`,
      hint: 'Free space in the store; uploading then resumes by itself.',
    }
  }
  if (DAMAGED.has(name)) {
    return {
      code: 'unavailable',
      message: `${place} was damaged on the way; the store refused it.`,
      hint: 'It is sent again. If it repeats, look for a proxy that changes content.',
    }
  }
  if (status !== undefined && status >= 400 && status < 500 && status !== 407 && status !== 408 && status !== 429) {
    return {
      code: 'invalid',
      message:
        `The store refused ${attempt.action} on ${place}: ${message === '' || message === name ? name : `${name}, ${message}`}`.replace(
          /[.\s]*$/,
          '.',
        ),
      hint: 'Check the configuration of store and bucket.',
    }
  }
  return undefined
}

function judgeLink({ name, errno, status, message }: SdkFailure, attempt: Attempt): Verdict {
  if (name === 'AbortError')
    return {
      code: 'cancelled',
      message: `${attempt.action} on ${placeOf(attempt)} was cancelled.`,
      hint: 'Start it again when it suits.',
    }
  if (THROTTLED.has(name) || status === 429) {
    return {
      code: 'throttled',
      message: 'The store asks for fewer requests.',
      hint: 'Nothing to do: it is tried again, more slowly.',
    }
  }
  if (
    status === 407 ||
    status === 511 ||
    status === 302 ||
    status === 303 ||
    status === 307 ||
    /<html|unexpected token|xml/i.test(message)
  ) {
    return portalError(attempt)
  }
  if (status !== undefined && status >= 500) {
    return {
      code: 'unavailable',
      message: `The store failed with status ${status}.`,
      hint: 'It is tried again; see the status page of the provider if it lasts.',
    }
  }
  const cause = errno ?? name
  if (cause === 'ENOTFOUND' || cause === 'EAI_AGAIN') {
    return {
      code: 'unavailable',
      message: 'The address of the store cannot be looked up.',
      hint: 'Check the network and the endpoint; uploading resumes by itself.',
    }
  }
  if (cause === 'ECONNREFUSED')
    return {
      code: 'unavailable',
      message: 'Nothing listens at the address of the store.',
      hint: 'Check the endpoint and its port.',
    }
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS/.test(cause)) {
    return {
      code: 'unavailable',
      message: `The certificate of the store is not trusted (${cause}).`,
      hint: 'Behind an inspecting proxy, install its root certificate in the system store.',
    }
  }
  if (cause === 'TimeoutError' || cause === 'ETIMEDOUT') {
    return {
      code: 'unavailable',
      message: 'The store did not answer in time.',
      hint: 'Check the link; uploading resumes by itself.',
    }
  }
  return {
    code: 'unavailable',
    message: `The connection to the store broke (${cause}).`,
    hint: 'Check the link; uploading resumes by itself.',
  }
}

/** A portal or proxy answered in place of the store. */
export function portalError(attempt: Attempt): Verdict {
  return {
    code: 'unavailable',
    message: `Something other than the store answered ${attempt.action}: a captive portal or a proxy.`,
    hint: 'Log in to the network in a browser, or set the proxy; nothing was taken as delivered.',
  }
}

function placeOf({ bucket, key }: Attempt): string {
  if (bucket === undefined) return 'the store'
  return key === undefined ? `bucket ${bucket}` : `${bucket}/${key}`
}

function arnOf({ bucket, key }: Attempt): string {
  if (bucket === undefined) return '*'
  return key === undefined ? `arn:aws:s3:::${bucket}` : `arn:aws:s3:::${bucket}/*`
}
