import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** A process that has a database open. What it holds is known only where the kernel lists locks. */
export interface Holder {
  readonly pid: number
  readonly command: string
  readonly holds: 'write' | 'read' | 'open'
}

/** Bytes of the WAL index that SQLite locks (https://www.sqlite.org/walformat.html, section 2.3). */
const WAL_WRITE_BYTE = 120
const WAL_READ_FIRST_BYTE = 123
/** First of the bytes that SQLite locks in the database file itself. */
const PENDING_BYTE = 0x40000000

/**
 * Processes that have the database open, those that write first; undefined where the system does not tell (anything
 * but Linux). Only processes this user may look at are seen.
 */
export function findHolders(path: string, procFolder = '/proc'): readonly Holder[] | undefined {
  const pids = listPids(procFolder)
  if (pids === undefined) return undefined
  const files = [path, `${path}-shm`, `${path}-wal`].flatMap((file) => {
    const found = statSync(file, { throwIfNoEntry: false })
    return found === undefined ? [] : [{ ino: found.ino, isIndex: file.endsWith('-shm') }]
  })
  const locks = readLocks(procFolder)
  const holders = pids.flatMap((pid): Holder[] => {
    const held = locks.filter((lock) => lock.pid === pid && files.some((file) => file.ino === lock.ino))
    if (held.length === 0 && !hasOpen(procFolder, pid, path)) return []
    const isIndex = (ino: number): boolean => files.some((file) => file.ino === ino && file.isIndex)
    const writes = held.some((lock) =>
      isIndex(lock.ino)
        ? lock.isWrite && lock.from <= WAL_WRITE_BYTE && lock.to >= WAL_WRITE_BYTE
        : lock.isWrite && lock.to >= PENDING_BYTE,
    )
    const reads = held.some((lock) => isIndex(lock.ino) && lock.to >= WAL_READ_FIRST_BYTE && lock.to < 128)
    return [{ pid, command: commandOf(procFolder, pid), holds: writes ? 'write' : reads ? 'read' : 'open' }]
  })
  const order = { write: 0, read: 1, open: 2 }
  return holders.toSorted((a, b) => order[a.holds] - order[b.holds] || a.pid - b.pid)
}

/** `python3 (pid 4127)`, or what to run where processes cannot be seen. */
export function describeHolders(holders: readonly Holder[] | undefined, path: string): string {
  if (holders === undefined) return `See who has it open with: lsof ${path}`
  if (holders.length === 0) return 'No process of this user has it open.'
  return holders.map((holder) => `${holder.command} (pid ${holder.pid})${WORDS[holder.holds]}`).join(', ')
}

const WORDS = { write: ' holds the write lock', read: ' is reading', open: ' has it open' } as const

interface Lock {
  readonly pid: number
  readonly ino: number
  readonly isWrite: boolean
  readonly from: number
  readonly to: number
}

/** Lines as `1: POSIX  ADVISORY  WRITE 4127 08:01:131 120 120`; blocked waiters carry `->`. */
function readLocks(procFolder: string): readonly Lock[] {
  let text: string
  try {
    text = readFileSync(join(procFolder, 'locks'), 'utf8')
  } catch {
    return []
  }
  return text.split('\n').flatMap((line): Lock[] => {
    const match = /^\d+: (?:POSIX|OFDLCK)\s+\S+\s+(READ|WRITE)\s+(-?\d+)\s+\S+:(\d+)\s+(\d+)\s+(\d+|EOF)/.exec(line)
    if (match === null) return []
    const [, mode, pid, ino, from, to] = match
    return [
      {
        pid: Number(pid),
        ino: Number(ino),
        isWrite: mode === 'WRITE',
        from: Number(from),
        to: to === 'EOF' ? Number.MAX_SAFE_INTEGER : Number(to),
      },
    ]
  })
}

function listPids(procFolder: string): readonly number[] | undefined {
  try {
    const pids = readdirSync(procFolder).filter((name) => /^\d+$/.test(name))
    return pids.length === 0 ? undefined : pids.map(Number)
  } catch {
    return undefined
  }
}

function hasOpen(procFolder: string, pid: number, path: string): boolean {
  const folder = join(procFolder, String(pid), 'fd')
  try {
    return readdirSync(folder).some((name) => {
      try {
        return readlinkSync(join(folder, name)).startsWith(path)
      } catch {
        return false
      }
    })
  } catch {
    return false
  }
}

function commandOf(procFolder: string, pid: number): string {
  try {
    return readFileSync(join(procFolder, String(pid), 'comm'), 'utf8').trim()
  } catch {
    return 'a process'
  }
}
