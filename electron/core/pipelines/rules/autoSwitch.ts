import type { AutoSwitchRule, NodeConfig } from '../../../../shared/domain/settings.ts'
import type { NodeDatabase } from '../../db/nodePort.ts'
import type { Clock } from '../../support/clock.ts'
import { runLoop } from '../../support/loop.ts'
import type { Loop } from '../../support/loop.ts'
import { finiteNumber } from '../measure.ts'
import { pipelineHistory } from '../pipelineManager.ts'
import { rowIndex } from '../schema.ts'
import { decideSwitch } from './decideSwitch.ts'
import type { SwitchState } from './decideSwitch.ts'

/** Who the history and the audit trail name for a change that no person made. */
const RULE_ACTOR = 'rule'
const EVERY_MS = 5_000
/** Rows looked back over when the newest one has no value in the rule's column. */
const LOOK_BACK_ROWS = 5

export interface AutoSwitchPorts {
  readonly rule: AutoSwitchRule
  readonly nodes: readonly NodeConfig[]
  readonly clock: Clock
  readonly openNode: (node: NodeConfig) => NodeDatabase
  /** Sets the type as any caller does: with audit, announcement and a nudge of the uploader. */
  readonly setType: (node: NodeConfig, type: string, by: string, reason: string) => void
  /** Hears of a node that could not be looked at; it is tried again at the next round. */
  readonly onError: (node: NodeConfig, error: unknown) => void
}

export interface AutoSwitch {
  readonly name: string
  start(): void
  stop(): Promise<void>
  /** One look at every node; what `start` repeats. */
  round(signal?: AbortSignal): Promise<void>
  state(nodeId: string): SwitchState
}

interface Watched {
  state: SwitchState
  lastSeq: number | undefined
}

/**
 * Puts nodes on `emergency` while the rule's column stays beyond its level, and back to what they had. Where it stands is
 * read from the node's own history, so that a restart neither forgets a switch nor makes it twice.
 */
export function createAutoSwitch(ports: AutoSwitchPorts): AutoSwitch {
  const watched = new Map<string, Watched>()
  let loop: Loop | undefined

  const look = (node: NodeConfig): void => {
    const [current, before] = pipelineHistory(node.sqlite, 2)
    const isEmergency = current?.type === 'emergency'
    const isOwnSwitch = isEmergency && current.by === RULE_ACTOR
    const entry = watched.get(node.id) ?? {
      state: isOwnSwitch ? { phase: 'on', sinceMs: current.atMs ?? ports.clock.now() } : { phase: 'calm' },
      lastSeq: undefined,
    }
    watched.set(node.id, entry)
    const decision = decideSwitch(ports.rule, entry.state, {
      atMs: ports.clock.now(),
      value: readNewest(ports, node, entry),
      isOwnSwitch,
      isEmergency,
    })
    if (decision.action === 'switchOn') ports.setType(node, 'emergency', RULE_ACTOR, decision.reason ?? '')
    if (decision.action === 'switchBack') ports.setType(node, before?.type ?? 'raw', RULE_ACTOR, decision.reason ?? '')
    entry.state = decision.state
  }

  const round = async (signal?: AbortSignal): Promise<void> => {
    for (const node of ports.nodes) {
      if (signal?.aborted === true) return
      try {
        look(node)
      } catch (error) {
        ports.onError(node, error)
      }
      await ports.clock.sleep(0, signal)
    }
  }

  return {
    name: 'autoSwitch',
    start() {
      if (!ports.rule.enabled) return
      const onError = (error: unknown): void => {
        for (const node of ports.nodes.slice(0, 1)) ports.onError(node, error)
      }
      loop = runLoop({ name: 'autoSwitch', everyMs: EVERY_MS, clock: ports.clock, onError }, round)
    },
    stop: async () => loop?.stop(),
    round,
    state: (nodeId) => watched.get(nodeId)?.state ?? { phase: 'calm' },
  }
}

/** The newest value of the rule's column, if rows came since the last look. */
function readNewest(ports: AutoSwitchPorts, node: NodeConfig, entry: Watched): number | undefined {
  const database = ports.openNode(node)
  try {
    const plan = database.plan({ table: node.table, timestampColumn: node.timestampColumn })
    const index = rowIndex(plan, ports.rule.column)
    if (index < 0) return undefined
    const rows = database.recentRows(plan, LOOK_BACK_ROWS)
    const newestSeq = rows[0] === undefined ? undefined : Number(rows[0][0])
    if (newestSeq === undefined || newestSeq === entry.lastSeq) return undefined
    entry.lastSeq = newestSeq
    return rows.map((row) => finiteNumber(row[index])).find((value) => value !== undefined)
  } finally {
    database.close()
  }
}
