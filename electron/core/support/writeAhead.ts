interface Pragmas {
  pragma(source: string, options?: { readonly simple?: boolean }): unknown
}

const PAUSE_MS = 10

/**
 * Puts a database in write-ahead mode, however many processes open it at the same moment. SQLite does not wait its busy
 * timeout for this one switch (https://www.sqlite.org/wal.html, "Sometimes Queries Return SQLITE_BUSY In WAL Mode"), so
 * a refusal is tried again for `timeoutMs` milliseconds and only then thrown.
 */
export function enterWriteAheadMode(database: Pragmas, timeoutMs: number): void {
  for (let waited = 0; ; waited += PAUSE_MS) {
    try {
      database.pragma('journal_mode = WAL')
      return
    } catch (error) {
      if (!isBusy(error) || waited >= timeoutMs) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS)
    }
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY')
}
