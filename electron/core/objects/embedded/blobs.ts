import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, statSync } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'

/** The bytes of objects, in files with random names: a key never touches the file system. */
export interface Blobs {
  /** A path for a body on its way in. */
  incoming(): string
  /** Moves a received file to its place; file and folder are on disk on return. */
  keep(path: string): Promise<string>
  open(blob: string): Promise<FileHandle>
  drop(blobs: readonly string[]): Promise<void>
}

const ABANDONED_AFTER_MS = 86_400_000

/** Makes the folders; removes bodies whose upload was abandoned over a day ago, never one of another running process. */
export function createBlobs(folder: string, nowMs: number): Blobs {
  const incoming = join(folder, 'incoming')
  const blobs = join(folder, 'blobs')
  for (const path of [incoming, blobs]) mkdirSync(path, { recursive: true, mode: 0o700 })
  const abandoned = readdirSync(incoming)
    .map((name) => join(incoming, name))
    .filter((path) => nowMs - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? nowMs) > ABANDONED_AFTER_MS)
  for (const path of abandoned) void rm(path, { force: true })
  const made = new Map<string, Promise<void>>()
  const pathOf = (blob: string): string => join(blobs, blob.slice(0, 2), blob)
  const shelf = (blob: string): Promise<void> => {
    const path = join(blobs, blob.slice(0, 2))
    let done = made.get(path)
    if (done === undefined) {
      done = mkdir(path, { recursive: true, mode: 0o700 }).then(() => syncFolder(blobs))
      made.set(path, done)
    }
    return done
  }
  return {
    incoming: () => join(incoming, randomUUID()),
    keep: async (path) => {
      const blob = randomUUID()
      await shelf(blob)
      await rename(path, pathOf(blob))
      await syncFolder(join(blobs, blob.slice(0, 2)))
      return blob
    },
    open: (blob) => open(pathOf(blob), 'r'),
    drop: async (gone) => {
      for (const blob of gone) await rm(pathOf(blob), { force: true })
    },
  }
}

/** Makes a rename durable without blocking the thread; Windows cannot open a folder for it and does not need it. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
