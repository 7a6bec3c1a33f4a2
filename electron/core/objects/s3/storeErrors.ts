import { FieldgateError } from '../../../../shared/domain/errors.ts'
import { judge } from './storeVerdicts.ts'
import type { Attempt, SdkFailure } from './storeVerdicts.ts'

/**
 * Turns any failure of the SDK into a FieldgateError that names what was tried and the remedy. The SDK's own error is
 * not kept as cause: its hidden `$response` carries session tokens and signed headers.
 */
export function explainStoreError(error: unknown, attempt: Attempt): FieldgateError {
  if (error instanceof FieldgateError) return error
  const failure = readFailure(error)
  const verdict = judge(failure, attempt)
  return new FieldgateError(verdict.code, verdict.message, {
    hint: verdict.hint,
    ...(verdict.retryable === undefined ? {} : { retryable: verdict.retryable }),
    details: {
      action: attempt.action,
      error: failure.errno ?? failure.name,
      ...(failure.status === undefined ? {} : { status: failure.status }),
      ...(failure.requestId === undefined ? {} : { requestId: failure.requestId }),
      ...(failure.attempts === undefined ? {} : { attempts: failure.attempts }),
    },
  })
}

/** Reads name, status and request id of an SDK error, and nothing that could be secret. */
export function readFailure(error: unknown): SdkFailure {
  if (!(error instanceof Error)) {
    return {
      name: 'Unknown',
      errno: undefined,
      status: undefined,
      requestId: undefined,
      attempts: undefined,
      message: '',
      region: undefined,
    }
  }
  const loose = error as Error & {
    code?: unknown
    Region?: unknown
    $metadata?: { httpStatusCode?: number; requestId?: string; attempts?: number }
    $response?: { headers?: Record<string, string>; statusCode?: number }
  }
  const expected = /expecting '([a-z0-9-]+)'/.exec(error.message)?.[1]
  const named = typeof loose.Region === 'string' ? loose.Region : undefined
  return {
    name: error.name,
    errno: typeof loose.code === 'string' ? loose.code : undefined,
    status: loose.$metadata?.httpStatusCode ?? loose.$response?.statusCode,
    requestId: loose.$metadata?.requestId,
    attempts: loose.$metadata?.attempts,
    message: withoutSecrets(error.message),
    region: loose.$response?.headers?.['x-amz-bucket-region'] ?? named ?? expected,
  }
}

/** Removes what looks like a key id, a signature or a token from text that came from elsewhere. */
export function withoutSecrets(text: string): string {
  return text
    .replace(/\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,}\b/g, '[key]')
    .replace(/(Signature|Credential|Security-Token|SecretAccessKey|SessionToken)=?[^\s,&]*/gi, '$1=[hidden]')
    .replace(/[A-Za-z0-9+/=_-]{60,}/g, '[hidden]')
    .slice(0, 500)
}

/** True when the request may have been carried out although no answer came. */
export function isUncertain(error: unknown): boolean {
  if (error instanceof FieldgateError) return error.code === 'unavailable'
  const { status, name } = readFailure(error)
  return (
    name !== 'AbortError' &&
    (status === undefined || (status >= 500 && status !== 501 && status !== 507 && name !== 'SlowDown'))
  )
}
