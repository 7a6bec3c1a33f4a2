import { closeSync, openSync, readSync } from 'node:fs'

const VERSION_AT = 96

/**
 * Version of the SQLite that last rewrote the file's first page, such as `3.40.1`: bytes 96 to 99 of the header
 * (sqlite.org/fileformat, 1.3.15). A hint only: in WAL mode it changes when the file grows, not with every commit.
 * Undefined when the file cannot be read or says nothing.
 */
export function readHeaderVersion(path: string): string | undefined {
  try {
    const handle = openSync(path, 'r')
    try {
      const bytes = Buffer.alloc(4)
      if (readSync(handle, bytes, 0, 4, VERSION_AT) < 4) return undefined
      const number = bytes.readUInt32BE(0)
      if (number < 3_000_000) return undefined
      return `${Math.floor(number / 1_000_000)}.${Math.floor(number / 1000) % 1000}.${number % 1000}`
    } finally {
      closeSync(handle)
    }
  } catch {
    return undefined
  }
}
