import type { ErrorCode } from './errors.ts'

interface SystemFailure {
  readonly code: ErrorCode
  readonly message: string
  readonly hint: string
}

const FULL: SystemFailure = {
  code: 'diskFull',
  message: 'No space is left on the disk',
  hint: 'Free some space; uploading resumes by itself and nothing is lost.',
}
const READ_ONLY: SystemFailure = {
  code: 'denied',
  message: 'A file or its disk can only be read',
  hint: 'Mount the disk for writing or give this user the right to write; then it goes on where it was.',
}
const NOT_PERMITTED: SystemFailure = {
  code: 'denied',
  message: 'The system does not permit it',
  hint: 'Give this user the right to the file and its folder, or choose others.',
}
const TOO_MANY: SystemFailure = {
  code: 'unavailable',
  message: 'This process may open no more files',
  hint: 'Raise the limit (ulimit -n 4096, or LimitNOFILE= of the service) and start it again.',
}
const NOT_OPENED: SystemFailure = {
  code: 'denied',
  message: 'A database file cannot be opened',
  hint: 'Check that its folder exists, that this user may write to it, and that enough files may be open (ulimit -n).',
}
const FAILING: SystemFailure = {
  code: 'unavailable',
  message: 'The disk does not read or write',
  hint: 'It is tried again by itself. If it lasts, check the disk or the network share.',
}

const FAILURES: Readonly<Record<string, SystemFailure>> = {
  ENOSPC: FULL,
  EDQUOT: FULL,
  SQLITE_FULL: FULL,
  EROFS: READ_ONLY,
  EACCES: NOT_PERMITTED,
  EPERM: NOT_PERMITTED,
  EMFILE: TOO_MANY,
  ENFILE: TOO_MANY,
  EIO: FAILING,
}

/**
 * What a failure of the operating system, or of SQLite on top of it, means to a person; undefined for any other error.
 * Such failures come from wherever a file is touched, so they are recognised where an error becomes data.
 */
export function explainSystemFailure(error: unknown): SystemFailure | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined
  const known = FAILURES[error.code] ?? families(error.code)
  return known === undefined ? undefined : { ...known, message: `${known.message}: ${error.message}.` }
}

function families(code: string): SystemFailure | undefined {
  if (code.startsWith('SQLITE_READONLY')) return READ_ONLY
  if (code.startsWith('SQLITE_CANTOPEN')) return NOT_OPENED
  return code.startsWith('SQLITE_IOERR') ? FAILING : undefined
}
