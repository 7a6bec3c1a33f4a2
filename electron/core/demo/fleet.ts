import { join } from 'node:path'
import { DEFAULT_ANOMALIES } from '../simulator/anomalies.ts'
import { DEFAULT_PARAMETERS } from '../simulator/fields.ts'
import { makeIdentity } from '../simulator/fleetIdentity.ts'
import type { SimulatedNodeSpec } from '../simulator/port.ts'
import { createRng } from '../support/rng.ts'
import type { Rng } from '../support/rng.ts'
import type { DemoSite } from './sites.ts'

/** How long a demo fleet has been at work before anybody looks at it. */
export const DAY_SECONDS = 86_400

/** One node of the demo fleet: how it is configured and how it is simulated. */
export interface DemoNode {
  readonly nodeId: string
  readonly site: DemoSite
  readonly labels: Readonly<Record<string, string>>
  /** The pipeline type it has when nothing happens. */
  readonly pipelineType: string
  readonly simulated: SimulatedNodeSpec
}

/** Readings per second of a node while somebody watches, and of its past. */
const LIVE_RATE = 1
export const HISTORY_RATE = 1 / 30

/** How many of a hundred nodes have which type. */
const TYPES: readonly (readonly [string, number])[] = [
  ['raw', 60],
  ['schematized', 25],
  ['aggregated', 15],
]

/** How many of a hundred nodes live which scenario: mostly calm, so that what the story breaks stands out. */
const SCENARIOS: readonly (readonly [string, number])[] = [
  ['quiet-day', 84],
  ['failing-bearing', 8],
  ['heat-wave', 8],
]

/** The demo fleet in `folder`: the same for the same seed, on every machine. */
export function demoFleet(sites: readonly DemoSite[], seed: string, folder: string): readonly DemoNode[] {
  let number = 0
  return sites.flatMap((site) =>
    Array.from({ length: site.nodes }, (_, i) => {
      number++
      return demoNode(site, `${site.id}-${String(i + 1).padStart(2, '0')}`, number, seed, folder)
    }),
  )
}

function demoNode(site: DemoSite, nodeId: string, number: number, seed: string, folder: string): DemoNode {
  const rng = createRng(`${seed}/${nodeId}/identity`)
  const place = {
    city: site.town,
    state: site.state,
    country: 'US',
    latitude: site.latitude,
    longitude: site.longitude,
    timeZone: site.timeZone,
    population: 0,
  }
  const identity = makeIdentity(place, number, rng)
  const pipelineType = pick(TYPES, rng, 'raw')
  const { temperature, vibration, voltage } = DEFAULT_PARAMETERS
  return {
    nodeId,
    site,
    pipelineType,
    labels: { town: site.id, state: site.state, env: rng.next() < 0.75 ? 'prod' : 'pilot' },
    simulated: {
      nodeId,
      path: join(folder, `${nodeId}.sqlite`),
      seed: `${seed}/${nodeId}`,
      sensor: {
        identity,
        parameters: {
          ...DEFAULT_PARAMETERS,
          temperature: { ...temperature, mean: temperature.mean + rng.int(-4, 4) },
          vibration: { ...vibration, mean: vibration.mean + rng.int(-5, 5) / 10 },
          voltage: { ...voltage, stdDev: 0.2 },
        },
        anomalies: DEFAULT_ANOMALIES,
      },
      scenario: pick(SCENARIOS, rng, 'quiet-day'),
      ratePerSecond: LIVE_RATE,
      ageSeconds: DAY_SECONDS,
      isRunning: true,
    },
  }
}

function pick(shares: readonly (readonly [string, number])[], rng: Rng, otherwise: string): string {
  let left = rng.next() * shares.reduce((sum, [, share]) => sum + share, 0)
  return shares.find(([, share]) => (left -= share) < 0)?.[0] ?? otherwise
}
