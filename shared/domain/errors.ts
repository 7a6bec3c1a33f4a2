import { explainSystemFailure } from './systemFailures.ts'

/** Every way a Fieldgate operation can fail. The list is closed: callers may switch over it exhaustively. */
export const ERROR_CODES = [
  'invalid',
  'notFound',
  'conflict',
  'denied',
  'unavailable',
  'throttled',
  'diskFull',
  'corrupt',
  'cancelled',
  'unsupported',
  'internal',
] as const

export type ErrorCode = (typeof ERROR_CODES)[number]

/** A failure as plain data: what crosses threads, processes and the wire. */
export interface ErrorData {
  readonly code: ErrorCode
  readonly message: string
  readonly hint?: string
  readonly retryable: boolean
  readonly details?: Readonly<Record<string, string | number | boolean>>
}

interface ErrorOptions {
  readonly hint?: string | undefined
  readonly retryable?: boolean
  readonly details?: Readonly<Record<string, string | number | boolean>> | undefined
  readonly cause?: unknown
}

const RETRYABLE_BY_DEFAULT: ReadonlySet<ErrorCode> = new Set(['unavailable', 'throttled', 'diskFull'])

/**
 * The one error of the product. `message` names the thing that is wrong, `hint` the remedy;
 * neither ever holds a secret. `internal` always means a bug of ours.
 */
export class FieldgateError extends Error {
  readonly code: ErrorCode
  readonly hint: string | undefined
  readonly retryable: boolean
  readonly details: Readonly<Record<string, string | number | boolean>> | undefined

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'FieldgateError'
    this.code = code
    this.hint = options.hint
    this.retryable = options.retryable ?? RETRYABLE_BY_DEFAULT.has(code)
    this.details = options.details
  }
}

/**
 * Turns anything thrown into data. A failure of disk or files becomes its code with the remedy, any other unknown throw
 * `internal` with its message kept.
 */
export function errorToData(error: unknown): ErrorData {
  if (error instanceof FieldgateError) {
    return {
      code: error.code,
      message: error.message,
      retryable: error.retryable,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      ...(error.details === undefined ? {} : { details: error.details }),
    }
  }
  const failure = explainSystemFailure(error)
  if (failure !== undefined) return { ...failure, retryable: RETRYABLE_BY_DEFAULT.has(failure.code) }
  return { code: 'internal', message: error instanceof Error ? error.message : String(error), retryable: false }
}

/** Revives an error that crossed a border as data. */
export function errorFromData(data: ErrorData): FieldgateError {
  return new FieldgateError(data.code, data.message, {
    hint: data.hint,
    retryable: data.retryable,
    details: data.details,
  })
}

/** Makes the compiler prove that every case of a union was handled. */
export function assertNever(value: never): never {
  throw new FieldgateError('internal', `Unhandled case: ${JSON.stringify(value)}`)
}
