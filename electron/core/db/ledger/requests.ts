import type { LedgerConnection } from './connection.ts'

/** The number under which the text of a claim's settings is kept; the same text has the same number. Inside a transaction. */
export function internRequest(ledger: LedgerConnection, text: string): number {
  const known = ledger.sql('SELECT id FROM requests WHERE text = ?').get(text) as { id: number } | undefined
  return known?.id ?? Number(ledger.sql('INSERT INTO requests (text) VALUES (?)').run(text).lastInsertRowid)
}

/**
 * Looks up texts by their number, each once however many executions refer to it. Made for one answer: in a longer life
 * a number given by a transaction that was rolled back could stand for two texts.
 */
export function requestReader(ledger: LedgerConnection): (id: number | null) => string {
  const texts = new Map<number | null, string>()
  return (id) => {
    const known = texts.get(id)
    if (known !== undefined) return known
    const row = ledger.sql('SELECT text FROM requests WHERE id = ?').get(id) as { text: string } | undefined
    const text = row?.text ?? ''
    texts.set(id, text)
    return text
  }
}
