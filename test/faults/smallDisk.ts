import { execFileSync, spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A file system of its own in memory, small enough to be filled. */
export interface SmallDisk {
  readonly folder: string
  /** Writes until nothing fits but `spareBytes`. */
  fill(spareBytes?: number): void
  free(): void
  makeReadOnly(): void
  makeWritable(): void
}

/** Whether this user may mount; where not, tests limit the size of files or the rights instead. */
export const CAN_MOUNT = canMount()

function canMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false
  return spawnSync('unshare', ['-m', 'true']).status === 0
}

/** Mounts a disk of `bytes` at the folder; gone with the test. */
export function mountSmallDisk(folder: string, bytes: number): SmallDisk {
  mkdirSync(folder, { recursive: true })
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', folder])
  onTestFinished(() => {
    execFileSync('umount', ['-l', folder])
  })
  const filler = join(folder, 'filler')
  return {
    folder,
    fill(spareBytes = 0) {
      const { bavail, bsize } = statfsSync(folder)
      const file = openSync(filler, 'w')
      try {
        writeAll(file, Math.max(0, bavail * bsize - spareBytes))
      } finally {
        closeSync(file)
      }
    },
    free: () => rmSync(filler, { force: true }),
    makeReadOnly: () => void execFileSync('mount', ['-o', 'remount,ro', folder]),
    makeWritable: () => void execFileSync('mount', ['-o', 'remount,rw', folder]),
  }
}

function writeAll(file: number, bytes: number): void {
  const zeros = Buffer.alloc(4096)
  try {
    for (let left = bytes; left > 0; left -= zeros.length) writeSync(file, zeros)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
  }
}
