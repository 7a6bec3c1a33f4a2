import type { AttentionEntry } from '../../shared/domain/attention.ts'
import type { FleetStatus } from '../../shared/domain/node.ts'
import type { PipelineConfig } from '../../shared/domain/pipelines.ts'
import type { Place } from './appUrl.ts'

export const TRAY_STATES = ['running', 'attention', 'stalled', 'paused'] as const
export type TrayState = (typeof TRAY_STATES)[number]

/** The fleet in one mark: the worst thing that is true. */
export function trayState(fleet: FleetStatus | undefined, attention: readonly AttentionEntry[]): TrayState {
  if (attention.some((entry) => entry.severity === 'bad')) return 'stalled'
  if (attention.length > 0) return 'attention'
  if (fleet?.drain.kind === 'paused') return 'paused'
  return 'running'
}

const count = (value: number): string => value.toLocaleString('en-US')

/** The fleet in one line, for the pointer resting on the tray. */
export function describeFleet(fleet: FleetStatus | undefined, attention: readonly AttentionEntry[]): string {
  if (fleet === undefined) return 'Fieldgate: starting'
  const worst = attention.find((entry) => entry.severity === 'bad') ?? attention[0]
  const proof =
    fleet.proof.state === 'clean' || fleet.proof.state === 'broken'
      ? `${count(fleet.proof.missing)} missing, ${count(fleet.proof.duplicated)} duplicated`
      : undefined
  return [`Fieldgate: ${count(fleet.nodes)} nodes, ${count(fleet.backlogRows)} rows waiting`, proof, worst?.title]
    .filter((part) => part !== undefined)
    .join('\n')
    .slice(0, 120)
}

/** Something worth interrupting a person for. */
export interface News {
  readonly id: string
  readonly title: string
  readonly body: string
  readonly place: Place
}

/** What became bad since the last time: each cause once, until it has gone and come again. */
export function newsOfAttention(before: readonly AttentionEntry[], now: readonly AttentionEntry[]): readonly News[] {
  const known = new Set(before.filter((entry) => entry.severity === 'bad').map((entry) => entry.id))
  const fresh = now.filter((entry) => entry.severity === 'bad' && !known.has(entry.id))
  if (fresh.length > 3) {
    return [
      {
        id: fresh.map((entry) => entry.id).join(),
        title: `${fresh.length} things need attention`,
        body: fresh
          .slice(0, 3)
          .map((entry) => entry.title)
          .join('\n'),
        place: 'fleet',
      },
    ]
  }
  return fresh.map((entry) => {
    const [nodeId, ...others] = entry.nodeIds
    return {
      id: entry.id,
      title: entry.title,
      body: entry.message,
      place: nodeId !== undefined && others.length === 0 ? { nodeId } : 'fleet',
    }
  })
}

/** A node that went to emergency, once per change. */
export function newsOfPipeline(config: PipelineConfig): News | undefined {
  if (config.type !== 'emergency') return undefined
  return {
    id: `emergency/${config.nodeId}/${config.revision}`,
    title: `${config.nodeId} switched to emergency`,
    body: 'Its emergency rows are delivered before everything else.',
    place: { nodeId: config.nodeId },
  }
}
