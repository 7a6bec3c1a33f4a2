import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { Simulator } from '../simulator/port.ts'
import { findResources } from '../simulator/resources.ts'
import { writeFileAtomic } from '../support/atomicFile.ts'
import { systemClock } from '../support/clock.ts'
import type { Clock } from '../support/clock.ts'
import { DAY_SECONDS, demoFleet, HISTORY_RATE } from './fleet.ts'
import type { DemoNode } from './fleet.ts'
import { loadTales, pastChanges } from './past.ts'
import type { DemoTale } from './past.ts'
import { loadDemoSites } from './sites.ts'

/** The seed of a demo that nobody gave another. */
const DEFAULT_DEMO_SEED = '20261123'

interface DemoWorkspaceOptions {
  /** Where the workspace is made; created when it is not there. */
  readonly folder: string
  readonly seed?: string | undefined
  /** Makes a simulator in a thread of its own; the past of the fleet is written there, so that the caller never waits on SQLite. */
  readonly spawnSimulator: () => Simulator
  readonly clock?: Clock | undefined
  readonly resources?: string | undefined
  readonly historySeconds?: number | undefined
  /** Nodes finished so far, for a splash screen. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

interface CreatedDemo {
  readonly folder: string
  /** The configuration file: load it like any other workspace's. */
  readonly file: string
  readonly nodes: number
  readonly rows: number
}

/** Two threads: the machine of a demo has two cores at least, and the fleet is ready in half the time. */
const THREADS = 2

/**
 * Makes a demo workspace: configuration, and one database per node with a day of history. Complete when it resolves;
 * databases that exist already are kept as they are, so an interrupted one can be finished.
 */
export async function createDemoWorkspace(options: DemoWorkspaceOptions): Promise<CreatedDemo> {
  const resources = options.resources ?? findResources()
  const seed = options.seed ?? DEFAULT_DEMO_SEED
  const nodesFolder = join(options.folder, 'nodes')
  const fleet = demoFleet(loadDemoSites(resources), seed, nodesFolder)
  mkdirSync(nodesFolder, { recursive: true })
  const file = join(options.folder, 'fieldgate.yaml')
  writeFileAtomic(file, describeWorkspace(fleet, seed))
  const rows = await writePast(fleet, loadTales(resources), seed, options)
  return { folder: options.folder, file, nodes: fleet.length, rows }
}

async function writePast(
  fleet: readonly DemoNode[],
  tales: readonly DemoTale[],
  seed: string,
  options: DemoWorkspaceOptions,
): Promise<number> {
  const seconds = options.historySeconds ?? DAY_SECONDS
  const nowMs = (options.clock ?? systemClock).now()
  let done = 0
  const counts = await Promise.all(
    Array.from({ length: THREADS }, async (_unused, thread) => {
      const simulator = options.spawnSimulator()
      try {
        for (const node of fleet.filter((_node, i) => i % THREADS === thread)) {
          const history = { seconds, ratePerSecond: HISTORY_RATE }
          const pipeline = pastChanges(node, tales, seed, nowMs, seconds)
          await simulator.add([{ ...node.simulated, history, pipeline, isRunning: false }])
          options.onProgress?.(++done, fleet.length)
        }
        const written = await simulator.list()
        return written.reduce((sum, node) => sum + node.rowsWritten, 0)
      } finally {
        await simulator.close()
      }
    }),
  )
  return counts.reduce((sum, count) => sum + count, 0)
}

const HEAD = `# A demo workspace: simulated nodes, objects in a folder on this computer, nothing leaves it.
# Delete the whole folder when you are done with it.
`

function describeWorkspace(fleet: readonly DemoNode[], seed: string): string {
  const body = {
    demo: { seed },
    store: { kind: 'embedded', folder: 'objects' },
    buckets: { prefix: 'demo', region: 'us-west-2' },
    upload: { interval_seconds: 10, compression: 'zstd' },
    pipelines: {
      auto_switch: {
        enabled: true,
        column: 'vibration',
        on_above: 7.1,
        off_below: 5.5,
        hold_seconds: 30,
        timeout_seconds: 5400,
      },
    },
    nodes: fleet.map((node) => ({
      id: node.nodeId,
      sqlite: `nodes/${node.nodeId}.sqlite`,
      site: node.site.name,
      location: {
        latitude: node.simulated.sensor.identity.latitude,
        longitude: node.simulated.sensor.identity.longitude,
      },
      labels: node.labels,
      time_zone: node.site.timeZone,
    })),
  }
  return HEAD + stringify(body)
}
