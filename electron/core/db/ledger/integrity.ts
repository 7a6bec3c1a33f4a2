import type { LedgerConnection } from './connection.ts'

/** Rules that hold in every ledger; each query names the rows that break one. */
export const LEDGER_RULES: readonly (readonly [sentence: string, sql: string])[] = [
  ['a cursor acknowledges more than was claimed', 'SELECT node_id FROM cursors WHERE acked_seq > claimed_seq'],
  [
    'an execution succeeded with an object that is not stored',
    `SELECT e.node_id FROM executions e JOIN objects o ON o.execution_id = e.id WHERE e.state = 'succeeded' AND o.state <> 'stored'`,
  ],
  [
    'a cursor passed an execution that did not succeed',
    `SELECT c.node_id FROM cursors c JOIN executions e ON e.node_id = c.node_id AND e.table_name = c.table_name
       AND e.epoch = c.epoch AND e.route = c.route
     WHERE e.kind = 'tail' AND e.state IN ('claimed', 'encoded') AND e.to_seq <= c.acked_seq`,
  ],
  [
    'two executions of one lane delivered the same rows',
    // Each is held against the furthest before it, in one walk along the index: a lane has hundreds of thousands.
    `SELECT node_id FROM (
       SELECT node_id, from_seq, MAX(to_seq) OVER (PARTITION BY node_id, table_name, epoch, route ORDER BY from_seq
         ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached
       FROM executions WHERE kind = 'tail' AND state <> 'abandoned')
     WHERE from_seq <= reached`,
  ],
  [
    'an execution does not account for every row it read',
    `SELECT node_id FROM executions WHERE state = 'succeeded'
       AND read_rows <> kept_rows + rejected_rows + filtered_rows + aggregated_rows`,
  ],
]

/** What is wrong with a ledger, as sentences with the node they concern; empty for a sound one. Reads only. */
export function findLedgerProblems(ledger: LedgerConnection): readonly string[] {
  const { database } = ledger
  const pages = (database.pragma('quick_check(10)') as { quick_check: string }[])
    .map((row) => row.quick_check)
    .filter((line) => line !== 'ok')
  if (pages.length > 0) return pages
  const orphans = (database.pragma('foreign_key_check') as { table: string }[]).length
  const broken = LEDGER_RULES.flatMap(([sentence, sql]) => {
    const nodes = database.prepare(`SELECT DISTINCT node_id FROM (${sql}) LIMIT 5`).pluck().all() as string[]
    return nodes.map((node) => `${sentence} (${node})`)
  })
  return orphans === 0 ? broken : [...broken, `${orphans} rows belong to an execution that is not there`]
}
