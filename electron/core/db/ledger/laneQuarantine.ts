import type { Lane } from '../../../../shared/domain/execution.ts'
import type { LedgerConnection } from './connection.ts'
import { laneKey } from './lanes.ts'

/** A row of a lane that was rejected: still waiting, or delivered by a replay since. */
export interface LaneQuarantine {
  readonly sequence: number
  readonly state: 'open' | 'replayed'
  readonly row: string
}

/** Every row of a lane that was ever rejected, in order of sequence. */
export function listLaneQuarantine(ledger: LedgerConnection, lane: Lane): readonly LaneQuarantine[] {
  return ledger
    .sql(
      `SELECT sequence, state, row FROM quarantine
       WHERE node_id = ? AND table_name = ? AND epoch = ? AND route = ? ORDER BY sequence`,
    )
    .all(...laneKey(lane)) as LaneQuarantine[]
}
