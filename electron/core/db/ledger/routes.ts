import type { LedgerConnection } from './connection.ts'

/** Pipeline types that are active on some table now, without repetition. */
export function listActiveRoutes(ledger: LedgerConnection): readonly string[] {
  return ledger.database.prepare('SELECT DISTINCT route FROM active_routes ORDER BY route').pluck().all() as string[]
}
