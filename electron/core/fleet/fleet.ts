import type { FleetStatus, NodeSummary } from '../../../shared/domain/node.ts'
import type { EngineConfig, NodeConfig } from '../../../shared/domain/settings.ts'
import type { LedgerConnection } from '../db/ledger/connection.ts'
import { runLoop } from '../support/loop.ts'
import type { Loop } from '../support/loop.ts'
import { createCatchUp } from './catchUp.ts'
import { createFleetObserver } from './observer.ts'
import type { ObserverPorts } from './observer.ts'
import { createTrendKeeper, summariseFleet, TREND_SAMPLE_MS } from './status.ts'
import { gatherFacts, summariseNode } from './summaries.ts'
import type { FleetFacts, UploadFacts } from './summaries.ts'

export interface FleetPorts extends Pick<ObserverPorts, 'clock' | 'openNode' | 'readActive' | 'onError'> {
  readonly config: EngineConfig
  /** The ledger if the workspace has one, else an empty one. */
  readonly readLedger: () => LedgerConnection
  readonly uploads: () => readonly UploadFacts[]
  /** What other parts of the engine contribute to the figures. */
  readonly proof: () => FleetStatus['proof']
  readonly attention: () => number
  readonly link: () => FleetStatus['link']
  readonly onFleet: (status: FleetStatus) => void
  readonly onNodes: (nodes: readonly NodeSummary[]) => void
}

/** How the fleet stands: lines and figures from the last observations and the ledger; reading them opens no database. */
export interface Fleet {
  /** Begins to observe, and to announce lines and figures that changed. */
  start(): void
  stop(): Promise<void>
  /** All lines, or those of the given nodes. Waits only for nodes never seen. */
  list(nodes?: readonly NodeConfig[], signal?: AbortSignal): Promise<readonly NodeSummary[]>
  /** One line from a look taken now. */
  get(node: NodeConfig): NodeSummary
  status(signal?: AbortSignal): Promise<FleetStatus>
  /** The next announcement has this node's line in it. */
  note(nodeId: string): void
}

/** News leave this often at most, and more rarely for a fleet whose lines take long to make. */
const NEWS_EVERY_MS = 1_000
const NEWS_MS_PER_NODE = 2
/** Nodes that the uploader delivers side by side. */
const NODES_AT_ONCE = 8
/** The lines of a fleet in which nothing changed are made anew this often, for what changes with time alone. */
const LINES_AT_REST_MS = 30_000
/** Most nodes in one announcement; the rest follow in the next. */
const NODES_PER_NEWS = 1_000

/** Makes the fleet of a workspace. Nothing is opened before the first question or `start`. */
export function createFleet(ports: FleetPorts): Fleet {
  const { config, clock } = ports
  const dirty = new Set<string>()
  const trends = createTrendKeeper()
  const byId = new Map(config.nodes.map((node) => [node.id, node]))
  const observer = createFleetObserver({
    ...ports,
    nodes: config.nodes,
    onChanged: (nodeIds) => {
      for (const nodeId of nodeIds) dirty.add(nodeId)
    },
  })
  let news: Loop | undefined

  const catchUp = createCatchUp(NODES_AT_ONCE)
  const gather = (): FleetFacts => {
    const [ledger, uploads, nowMs] = [ports.readLedger(), ports.uploads(), clock.now()]
    return gatherFacts(ledger, uploads, {
      nowMs,
      intervalSeconds: config.upload.intervalSeconds,
      catchUpPerSecond: catchUp(ledger, uploads, nowMs),
    })
  }

  const lineOf = (facts: FleetFacts, node: NodeConfig): NodeSummary =>
    summariseNode(facts, node, observer.observation(node.id))

  const figures = (nowMs: number, lines: readonly NodeSummary[]): FleetStatus => {
    const status = summariseFleet(lines, {
      nowMs,
      proof: ports.proof(),
      link: ports.link(),
      attention: ports.attention(),
      trends: trends.trends(),
    })
    trends.note(status)
    return { ...status, trends: trends.trends() }
  }

  let figuresAtMs = Number.NEGATIVE_INFINITY
  let linesAtMs = Number.NEGATIVE_INFINITY
  let lines: readonly NodeSummary[] = []

  const announce = async (): Promise<void> => {
    const nowMs = clock.now()
    if (dirty.size === 0 && nowMs - figuresAtMs < TREND_SAMPLE_MS) return
    figuresAtMs = nowMs
    // A fleet at rest has the same lines again; only the ages in its figures grow.
    if (dirty.size > 0 || nowMs - linesAtMs >= LINES_AT_REST_MS) {
      linesAtMs = nowMs
      const facts = gather()
      lines = config.nodes.map((node) => lineOf(facts, node))
    }
    ports.onFleet(figures(nowMs, lines))
    if (dirty.size === 0) return
    const changed = lines.filter((line) => dirty.has(line.nodeId)).slice(0, NODES_PER_NEWS)
    for (const line of changed) dirty.delete(line.nodeId)
    ports.onNodes(changed)
  }

  return {
    start() {
      observer.start()
      const everyMs = Math.max(NEWS_EVERY_MS, config.nodes.length * NEWS_MS_PER_NODE)
      news ??= runLoop({ name: 'fleet news', everyMs, clock, onError: ports.onError }, announce)
    },
    async stop() {
      await news?.stop()
      news = undefined
      await observer.stop()
    },
    async list(nodes = config.nodes, signal) {
      await observer.ensure(
        nodes.map((node) => node.id),
        signal,
      )
      const facts = gather()
      return nodes.map((node) => lineOf(facts, node))
    },
    get(node) {
      observer.refresh(node.id)
      return lineOf(gather(), node)
    },
    async status(signal) {
      await observer.ensure([...byId.keys()], signal)
      const facts = gather()
      return figures(
        facts.nowMs,
        config.nodes.map((node) => lineOf(facts, node)),
      )
    },
    note: (nodeId) => void (byId.has(nodeId) && dirty.add(nodeId)),
  }
}
