import type { DemoState } from '../../../shared/domain/demo.ts'
import type { NodeConfig } from '../../../shared/domain/settings.ts'
import type { Simulator } from '../simulator/port.ts'
import { findResources } from '../simulator/resources.ts'
import type { Clock } from '../support/clock.ts'
import type { Log } from '../support/log.ts'
import { createDemo } from './demo.ts'
import type { Demo } from './demo.ts'
import type { DemoFaults } from './faults.ts'
import { demoFleet } from './fleet.ts'
import { loadDemoSites } from './sites.ts'
import { loadStory } from './story.ts'

interface OpenDemoPorts {
  /** `config.demo.seed`. */
  readonly seed: string
  /** `config.nodes`: only nodes that are both here and in the demo fleet are simulated, each in its configured file. */
  readonly nodes: readonly NodeConfig[]
  readonly simulator: Simulator
  readonly faults: DemoFaults
  readonly setPipeline: (nodeId: string, type: string, reason: string) => void | Promise<void>
  readonly clock: Clock
  readonly log: Log
  readonly onChanged: (state: DemoState) => void
  readonly resources?: string | undefined
}

/** The demo of an open demo workspace, from what comes with Fieldgate and the workspace's own configuration. */
export function openDemo(ports: OpenDemoPorts): Demo {
  const resources = ports.resources ?? findResources()
  const paths = new Map(ports.nodes.map((node) => [node.id, node.sqlite]))
  const fleet = demoFleet(loadDemoSites(resources), ports.seed, '').flatMap((node) => {
    const path = paths.get(node.nodeId)
    return path === undefined ? [] : [{ ...node, simulated: { ...node.simulated, path } }]
  })
  return createDemo({ ...ports, fleet, story: loadStory(resources, fleet, ports.seed) })
}
