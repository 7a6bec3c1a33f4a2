import type { LedgerConnection } from './connection.ts'

/** A setting that is changed while the engine runs and outlives it; undefined when it was never set. */
export function readSetting(ledger: LedgerConnection, key: string): string | undefined {
  const row = ledger.sql('SELECT value FROM settings WHERE key = ?').get(key) as { value: string } | undefined
  return row?.value
}

/** Keeps a setting, or with undefined forgets it. */
export function writeSetting(ledger: LedgerConnection, key: string, value: string | undefined): void {
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
