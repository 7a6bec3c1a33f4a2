import { readExecution } from '../db/ledger/executions.ts'
import type { StoredExecution } from '../db/ledger/executions.ts'
import type { LedgerConnection } from '../db/ledger/connection.ts'
import { addReplay, isRangeTaken, listReplayable } from '../db/ledger/quarantine.ts'
import type { ReplayableRow } from '../db/ledger/quarantine.ts'
import { claimBatch } from '../db/ledger/transitions.ts'
import { contractFor } from '../pipelines/contracts.ts'
import type { EngineConfig } from '../../../shared/domain/settings.ts'
import { bucketOf, parseRequest } from './claim.ts'
import type { PinnedRequest } from './claim.ts'

/** Rows of one replay at most: they travel to the encoder with the request. */
const ROWS_PER_REPLAY = 10_000
/** A replay makes one object per date, never more: a further one could get a name that is in use. */
const ONE_OBJECT_BYTES = 1 << 30

export interface ReplayClaims {
  readonly executions: readonly StoredExecution[]
  /** Quarantine entries that the executions cover. */
  readonly ids: readonly number[]
  readonly nodeIds: readonly string[]
}

/**
 * Claims the delivery of quarantined rows under the contract in force now. Each claim is an ordinary execution that lies
 * within the range of the one that rejected its rows and whose object name is free; it is carried out, and redone after a
 * crash, by the next pass over its node. Rows already in a replay are left to it, so that asking twice delivers once.
 */
export function claimReplays(
  ledger: LedgerConnection,
  config: EngineConfig,
  wanted: { readonly nodeId?: string | undefined; readonly ids?: readonly number[] | undefined; readonly atMs: number },
): ReplayClaims {
  return ledger.write(() => {
    const rows = listReplayable(ledger, wanted)
    const executions = [...Map.groupBy(rows, (row) => row.executionId).values()].flatMap((group) =>
      claimGroup(ledger, config, group, wanted.atMs),
    )
    return {
      executions,
      ids: rows.map((row) => row.id),
      nodeIds: [...new Set(rows.map((row) => row.nodeId))],
    }
  })
}

function claimGroup(
  ledger: LedgerConnection,
  config: EngineConfig,
  rows: readonly ReplayableRow[],
  atMs: number,
): readonly StoredExecution[] {
  const [first] = rows
  if (first === undefined) return []
  const original = readExecution(ledger, first.executionId)
  const request = JSON.stringify(replayRequest(config, parseRequest(original)))
  const executions: StoredExecution[] = []
  for (let from = 0; from < rows.length;) {
    const part = freePart(ledger, rows.slice(from, from + ROWS_PER_REPLAY))
    const execution = claimBatch(ledger, first, {
      kind: 'gap',
      pipelineRevision: original.pipelineRevision,
      bucket: bucketOf(config, first.route),
      fromSeq: (part[0] as ReplayableRow).sequence,
      toSeq: (part.at(-1) as ReplayableRow).sequence,
      request,
      anchor: undefined,
      atMs,
    })
    addReplay(
      ledger,
      execution.id,
      part.map((row) => row.id),
    )
    executions.push(execution)
    from += part.length
  }
  return executions
}

/** The settings of the original claim with the contract of today. */
function replayRequest(config: EngineConfig, pinned: PinnedRequest): PinnedRequest {
  const { plan } = pinned.context
  return {
    ...pinned,
    context: { ...pinned.context, contract: contractFor(plan.table, plan.columns, config.pipelines.contracts) },
    targetObjectBytes: ONE_OBJECT_BYTES,
  }
}

/** As many rows from the front as give a range that no object of the lane is named by. */
function freePart(ledger: LedgerConnection, rows: readonly ReplayableRow[]): readonly ReplayableRow[] {
  for (let count = rows.length; count > 1; count--) {
    const [first] = rows
    if (
      first !== undefined &&
      !isRangeTaken(ledger, first, first.sequence, (rows[count - 1] as ReplayableRow).sequence)
    ) {
      return rows.slice(0, count)
    }
  }
  return rows.slice(0, 1)
}
