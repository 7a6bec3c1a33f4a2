import type { LedgerConnection } from './connection.ts'

/** A setting that is changed while the engine runs and outlives it; undefined when it was never set. */
export function readSetting(ledger: Pick<LedgerConnection, 'sql'>, key: string): string | undefined {
  const row = ledger.sql('SELECT value FROM settings WHERE key = ?').get(key) as { value: string } | undefined
  return row?.value
}

/** Keeps a setting, or with undefined forgets it. */
export function writeSetting(
  ledger: Pick<LedgerConnection, 'sql' | 'write'>,
  key: string,
  value: string | undefined,
): void {
  ledger.write(() => {
    if (value === undefined) ledger.sql('DELETE FROM settings WHERE key = ?').run(key)
    else
      ledger.sql('INSERT INTO settings VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value').run(key, value)
  })
}

const PAUSED = 'paused/'

/** Keeps whether a person paused the node, and since when. */
export function writePaused(ledger: LedgerConnection, nodeId: string, sinceMs: number | undefined): void {
  writeSetting(ledger, `${PAUSED}${nodeId}`, sinceMs === undefined ? undefined : String(sinceMs))
}

/** Nodes that a person paused, with the time they did. */
export function listPaused(ledger: LedgerConnection): ReadonlyMap<string, number> {
  const rows = ledger.sql(`SELECT key, value FROM settings WHERE key >= 'paused/' AND key < 'paused0'`).all() as {
    key: string
    value: string
  }[]
  return new Map(rows.map((row) => [row.key.slice(PAUSED.length), Number(row.value)]))
}

/** What the link may carry: null lifts a limit of the configuration, undefined leaves it in force. */
export interface LinkSettings {
  readonly bytesPerSecond?: number | null
  readonly monthBudgetBytes?: number | null
}

const LINK = 'link'

/** The limits of the link that were set while running; empty when none were. */
export function readLink(ledger: LedgerConnection): LinkSettings {
  const text = readSetting(ledger, LINK)
  return text === undefined ? {} : (JSON.parse(text) as LinkSettings)
}

/** Changes the given limits and keeps the others. */
export function writeLink(ledger: LedgerConnection, change: LinkSettings): void {
  ledger.write(() => writeSetting(ledger, LINK, JSON.stringify({ ...readLink(ledger), ...change })))
}

const FILE = 'ledger/file'
const MOVED = 'ledger/moved'
const ALIGNED = 'aligned/'

/**
 * Notes which file this ledger lies in. One that lies in another than it was written in is a copy that was put back: it
 * has to be compared with the buckets before it claims anything.
 */
export function noteLedgerFile(ledger: Pick<LedgerConnection, 'sql' | 'write'>, file: string): void {
  if (readSetting(ledger, FILE) === file) return
  ledger.write(() => {
    const before = readSetting(ledger, FILE)
    if (before === file) return
    if (before !== undefined) writeSetting(ledger, MOVED, file)
    writeSetting(ledger, FILE, file)
  })
}

/** Whether this ledger has to be compared with the buckets, and whether that was done for the node. */
export function readAlignment(
  ledger: LedgerConnection,
  nodeId: string,
): { readonly isNeeded: boolean; readonly isDone: boolean } {
  const moved = readSetting(ledger, MOVED)
  return { isNeeded: moved !== undefined, isDone: readSetting(ledger, `${ALIGNED}${nodeId}`) === moved }
}

/** Notes that the node's deliveries are all known to this ledger. */
export function writeAligned(ledger: LedgerConnection, nodeId: string): void {
  const moved = readSetting(ledger, MOVED)
  if (readSetting(ledger, `${ALIGNED}${nodeId}`) !== moved) writeSetting(ledger, `${ALIGNED}${nodeId}`, moved)
}
