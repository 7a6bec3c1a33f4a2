import { closeSync, openSync } from 'node:fs'
import { devNull } from 'node:os'
import { FieldgateError } from '../../../shared/domain/errors.ts'

/** What opening one SQLite database takes: the file, its log, its shared memory, its folder, and some to spare. */
const ENOUGH = 8

/**
 * True when this process, or the machine, may hardly open one more file. SQLite says only "unable to open database file"
 * for that, as for a missing folder, and has given its own descriptors back by the time it says so.
 */
export function hasRunOutOfFiles(): boolean {
  const opened: number[] = []
  try {
    while (opened.length < ENOUGH) opened.push(openSync(devNull, 'r'))
    return false
  } catch (error) {
    return error instanceof Error && 'code' in error && (error.code === 'EMFILE' || error.code === 'ENFILE')
  } finally {
    for (const descriptor of opened) closeSync(descriptor)
  }
}

/** The failure of `what` ("The ledger /x") for want of open files, with the remedy. */
export function noMoreFiles(what: string, cause: Error): FieldgateError {
  return new FieldgateError('unavailable', `${what} cannot be opened: this process may open no more files.`, {
    hint: 'Raise the limit (ulimit -n 4096, or LimitNOFILE= of the service) and start it again.',
    cause,
  })
}
