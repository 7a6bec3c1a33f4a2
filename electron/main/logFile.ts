import { appendFile, mkdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { LogEntry } from '../core/support/log.ts'

const MAX_BYTES = 4 * 1024 * 1024
const KEPT = 5

export interface LogFile {
  readonly path: string
  write(entry: LogEntry): void
  /** Resolves when everything written so far is in the file. */
  flush(): Promise<void>
}

export interface LogFileOptions {
  readonly folder: string
  readonly maxBytes?: number
  readonly kept?: number
}

/**
 * A log as JSON lines in `fieldgate.log`; at 4 MiB it becomes `fieldgate.1.log` and so on, five are kept. Writing never blocks
 * and never fails the caller: lines gather while a write is under way.
 */
export function openLogFile({ folder, maxBytes = MAX_BYTES, kept = KEPT }: LogFileOptions): LogFile {
  const name = (age: number): string => join(folder, age === 0 ? 'fieldgate.log' : `fieldgate.${age}.log`)
  let lines: string[] = []
  let writing: Promise<void> | undefined
  let bytes: number | undefined

  const rotate = async (): Promise<void> => {
    await rm(name(kept - 1), { force: true })
    for (let age = kept - 2; age >= 0; age--) await rename(name(age), name(age + 1)).catch(() => undefined)
    bytes = 0
  }
  const drain = async (): Promise<void> => {
    await mkdir(folder, { recursive: true })
    bytes ??= await stat(name(0)).then(
      (found) => found.size,
      () => 0,
    )
    while (lines.length > 0) {
      const text = lines.join('')
      lines = []
      if (bytes > 0 && bytes + Buffer.byteLength(text) > maxBytes) await rotate()
      await appendFile(name(0), text, { mode: 0o600 })
      bytes += Buffer.byteLength(text)
    }
  }
  const start = (): void => {
    writing ??= drain()
      .catch(() => {
        lines = []
      })
      .finally(() => {
        writing = undefined
        if (lines.length > 0) start()
      })
  }
  const log: LogFile = {
    path: name(0),
    write({ atMs, level, message, fields }) {
      lines.push(`${JSON.stringify({ at: new Date(atMs).toISOString(), level, message, ...fields })}\n`)
      start()
    },
    async flush() {
      await writing
      if (writing !== undefined) await log.flush()
    },
  }
  return log
}
