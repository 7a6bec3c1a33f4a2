import Database from 'better-sqlite3'
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
} from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'
import { FieldgateError } from '../../../../shared/domain/errors.ts'
import { syncFolder } from '../../support/atomicFile.ts'

/** A copy of the ledger that is to be kept. */
export interface SnapshotOrder {
  readonly ledger: string
  /** Where the newest copy goes, whole or not at all. */
  readonly target: string
  /** Older copies kept beside the newest. */
  readonly olderKept: number
}

/** Pages kept in memory while a copy is made: it goes through everything once. */
const CACHE_KIB = 2_048

/**
 * Keeps a copy of a ledger that is in use: one consistent state, checked, on the disk before it takes the name of the newest.
 * The copies before it stay beside it with the time they were made in their names, the oldest are removed. Nobody who
 * writes to the ledger waits. Throws `diskFull` when there is no room for twice the ledger, `corrupt` when the ledger, or
 * what was copied of it, is not sound: then the copies of before stay.
 */
export function snapshotLedger({ ledger, target, olderKept }: SnapshotOrder): { readonly bytes: number } {
  const folder = dirname(target)
  mkdirSync(folder, { recursive: true })
  refuseWithoutRoom(ledger, folder)
  const part = `${target}.part`
  removeAll(part)
  try {
    copyInto(ledger, part)
    syncFile(part)
    if (existsSync(target)) renameSync(target, olderName(target))
    renameSync(part, target)
    syncFolder(folder)
  } finally {
    removeAll(part)
  }
  for (const old of listOlder(target).slice(olderKept)) rmSync(join(folder, old), { force: true })
  return { bytes: statSync(target).size }
}

function copyInto(ledger: string, part: string): void {
  const source = new Database(ledger, { fileMustExist: true, readonly: true })
  try {
    source.pragma(`cache_size = -${CACHE_KIB}`)
    source.prepare('VACUUM INTO ?').run(part)
  } catch (error) {
    throw isDamage(error) ? damaged(ledger, error) : error
  } finally {
    source.close()
  }
  const copy = new Database(part, { readonly: true })
  try {
    copy.pragma(`cache_size = -${CACHE_KIB}`)
    const verdict = copy.pragma('quick_check(1)', { simple: true }) as string
    if (verdict !== 'ok') throw damaged(ledger, new Error(verdict))
  } finally {
    copy.close()
  }
}

function isDamage(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^SQLITE_(CORRUPT|NOTADB)/.test(String(error.code))
}

function damaged(ledger: string, cause: unknown): FieldgateError {
  return new FieldgateError('corrupt', `The ledger ${ledger} is damaged; its last good copy was kept.`, {
    hint: 'Run the doctor on this workspace.',
    cause,
  })
}

function refuseWithoutRoom(ledger: string, folder: string): void {
  const { bavail, bsize } = statfsSync(folder)
  const needed = 2 * statSync(ledger).size
  if (bavail * bsize > needed) return
  throw new FieldgateError('diskFull', `No room for a copy of the ledger in ${folder}.`, {
    hint: 'Free some space; the copies of before were kept.',
  })
}

/** Written and closed: now it has to be on the disk. */
function syncFile(path: string): void {
  const handle = openSync(path, 'r+')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/** `ledger-20261123T195841Z.db`, by the time the copy was made. */
function olderName(target: string): string {
  const extension = extname(target)
  const stamp = statSync(target)
    .mtime.toISOString()
    .replace(/[-:]|\.\d+/g, '')
  return join(dirname(target), `${basename(target, extension)}-${stamp}${extension}`)
}

/** Older copies, newest first. */
function listOlder(target: string): readonly string[] {
  const extension = extname(target)
  const begin = `${basename(target, extension)}-`
  const isOlder = (name: string): boolean => name.startsWith(begin) && name.endsWith(extension)
  return readdirSync(dirname(target)).filter(isOlder).toSorted().toReversed()
}

function removeAll(path: string): void {
  for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(path + suffix, { force: true })
}
