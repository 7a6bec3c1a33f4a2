import type { AttentionEntry, Remedy } from '../../../shared/domain/attention.ts'
import type { NodeConfig } from '../../../shared/domain/settings.ts'
import type { Clock } from '../support/clock.ts'
import { runLoop } from '../support/loop.ts'
import type { Loop } from '../support/loop.ts'
import type { Doctor } from './doctor.ts'
import type { Finding, Notice } from './port.ts'
import { formatCount } from './words.ts'

/** The list of what needs a person, kept fresh while it runs. */
export interface Attention {
  readonly name: string
  start(): void
  stop(): Promise<void>
  /** Looks at once: something is known to have changed. */
  nudge(): void
  /** The list as of the last look; looks now if there was none lately. */
  list(signal: AbortSignal): Promise<readonly AttentionEntry[]>
}

export interface AttentionPorts {
  readonly doctor: Doctor
  readonly clock: Clock
  readonly nodes: () => readonly NodeConfig[]
  readonly onChange: (entries: readonly AttentionEntry[]) => void
  readonly onError: (error: unknown) => void
}

const LEAST_EVERY_MS = 10_000
/** A look at a large fleet takes long, and is taken more rarely: at rest it must cost next to nothing. */
const EVERY_MS_PER_NODE = 30
const MOST_EVERY_MS = 60_000

/** Runs the doctor's cheap half again and again and tells when the list has changed. */
export function createAttention(ports: AttentionPorts): Attention {
  const firstSeen = new Map<string, number>()
  let entries: readonly AttentionEntry[] = []
  let shown = ''
  let takenAtMs = Number.NEGATIVE_INFINITY
  let loop: Loop | undefined
  const everyMs = (): number =>
    Math.min(MOST_EVERY_MS, Math.max(LEAST_EVERY_MS, ports.nodes().length * EVERY_MS_PER_NODE))

  const look = async (signal: AbortSignal): Promise<void> => {
    const findings = await ports.doctor.glance(signal)
    takenAtMs = ports.clock.now()
    entries = composeAttention(findings, ports.nodes(), (id) => {
      const since = firstSeen.get(id) ?? takenAtMs
      firstSeen.set(id, since)
      return since
    })
    const ids = new Set(entries.map((entry) => entry.id))
    for (const id of firstSeen.keys()) if (!ids.has(id)) firstSeen.delete(id)
    const text = JSON.stringify(entries)
    if (text === shown) return
    shown = text
    ports.onChange(entries)
  }

  return {
    name: 'attention',
    start() {
      loop = runLoop({ name: 'attention', everyMs: everyMs(), clock: ports.clock, onError: ports.onError }, look)
    },
    stop: async () => loop?.stop(),
    nudge: () => loop?.nudge(),
    async list(signal) {
      if (ports.clock.now() - takenAtMs >= everyMs()) await look(signal)
      return entries
    },
  }
}

/**
 * One entry per check and cause, however many nodes it touches, worst first: broken before out of reach before to be
 * watched, and among equals the one with more nodes, then the older one.
 */
export function composeAttention(
  findings: readonly Finding[],
  nodes: readonly NodeConfig[],
  sinceOf: (id: string) => number,
): readonly AttentionEntry[] {
  const noticed = findings.flatMap((finding) =>
    finding.notice === undefined ? [] : [{ finding, notice: finding.notice }],
  )
  const groups = Map.groupBy(noticed, ({ finding, notice }) => `${finding.check}:${notice.cause}`)
  return [...groups]
    .map(([id, members]) => entryOf(id, members, nodes, sinceOf))
    .toSorted(
      (a, b) =>
        SEVERITY[a.severity] - SEVERITY[b.severity] || b.nodeIds.length - a.nodeIds.length || a.sinceMs - b.sinceMs,
    )
}

const SEVERITY = { bad: 0, off: 1, warn: 2 } as const

interface Member {
  readonly finding: Finding
  readonly notice: Notice
}

function entryOf(
  id: string,
  members: readonly Member[],
  nodes: readonly NodeConfig[],
  sinceOf: (id: string) => number,
): AttentionEntry {
  const worst = members.toSorted((a, b) => SEVERITY[a.notice.severity] - SEVERITY[b.notice.severity])[0] as Member
  const nodeIds = members.flatMap(({ finding }) => (finding.nodeId === undefined ? [] : [finding.nodeId]))
  const since = members.flatMap(({ notice }) => (notice.sinceMs === undefined ? [] : [notice.sinceMs]))
  const retries = members.flatMap(({ notice }) => (notice.nextRetryMs === undefined ? [] : [notice.nextRetryMs]))
  return {
    id,
    check: worst.finding.check,
    severity: worst.notice.severity,
    title: titleOf(nodeIds, nodes, worst.finding),
    message: messageOf(members, worst),
    detail: worst.notice.detail,
    nodeIds,
    sinceMs: since.length === 0 ? sinceOf(id) : Math.min(...since),
    nextRetryMs: retries.length === 0 ? undefined : Math.min(...retries),
    remedy: remedyFor(worst.finding, nodeIds.length),
  }
}

/** What waits is told for all nodes together. */
function messageOf(members: readonly Member[], worst: Member): string {
  const rows = members.flatMap(({ notice }) => (notice.waitingRows === undefined ? [] : [notice.waitingRows]))
  if (rows.length === 0) return worst.notice.message
  const sum = rows.reduce((total, count) => total + count, 0)
  return `${worst.notice.message}. ${formatCount(sum, 'row')} wait on the ${members.length === 1 ? 'node' : 'nodes'}`
}

/** The node, "Site, 4 nodes" when all are of one site, else how many; what is not about nodes has its own subject. */
function titleOf(nodeIds: readonly string[], nodes: readonly NodeConfig[], finding: Finding): string {
  const [only, ...more] = nodeIds
  if (only === undefined) return finding.title
  if (more.length === 0) return only
  const sites = new Set(nodes.filter((node) => nodeIds.includes(node.id)).map((node) => node.site))
  const [site] = sites
  if (nodeIds.length === nodes.length) return `All ${nodeIds.length} nodes`
  return sites.size === 1 && site !== undefined ? `${site}, ${nodeIds.length} nodes` : `${nodeIds.length} nodes`
}

/** What is done for one node is done for all nodes of the entry where the method can. */
function remedyFor(finding: Finding, nodes: number): Remedy | undefined {
  const { remedy } = finding
  if (remedy === undefined) return undefined
  if (finding.isFixable && remedy.method === undefined && nodes <= 1) {
    return { ...remedy, method: 'doctor.fix', input: { id: finding.id } }
  }
  if (remedy.method === 'uploads.retry' && nodes > 1) return { ...remedy, input: {} }
  return remedy
}
