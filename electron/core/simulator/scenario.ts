import { z } from 'zod'
import { ANOMALY_TYPES } from '../../../shared/domain/simulator.ts'
import type { Rng } from '../support/rng.ts'
import { SENSOR_FIELDS } from './fields.ts'

const minutes = z.number().min(0).max(100_000)
/** When an effect is at work: it begins, rises, holds, falls by the same ramp, and may come again. */
const window = {
  afterMinutes: minutes.default(0),
  rampMinutes: minutes.default(0),
  holdMinutes: minutes.optional(),
  everyMinutes: z.number().positive().max(100_000).optional(),
}

/** One thing that happens to a field. Sizes are in standard deviations of the field, so that they fit any unit. */
const effect = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('shift'), field: z.enum(SENSOR_FIELDS), sigmas: z.number(), ...window }),
  z.strictObject({ kind: z.literal('noise'), field: z.enum(SENSOR_FIELDS), factor: z.number().min(0), ...window }),
  z.strictObject({
    kind: z.literal('wave'),
    field: z.enum(SENSOR_FIELDS),
    sigmas: z.number(),
    periodMinutes: z.number().positive(),
    ...window,
  }),
  /** The node writes nothing at all while this is at work. */
  z.strictObject({ kind: z.literal('silence'), ...window }),
])

/** The form of a file in resources/scenarios. */
export const scenarioSchema = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/),
  label: z.string().min(1),
  description: z.string().min(1),
  effects: z.array(effect).default([]),
  anomalies: z
    .strictObject({
      /** Share of readings that are anomalous; replaces the sensor's own. */
      probability: z.number().min(0).max(1).optional(),
      /** Multiplies the weight of a type. */
      weights: z.partialRecord(z.enum(ANOMALY_TYPES), z.number().min(0)).default({}),
    })
    .default({ weights: {} }),
  /** A scenario of scenarios: each node lives one of them, chosen by weight. */
  members: z.array(z.strictObject({ scenario: z.string(), weight: z.number().positive() })).optional(),
})

export type Scenario = z.output<typeof scenarioSchema>
export type ScenarioEffect = z.output<typeof effect>

/** The scenario when nobody chose one. */
export const DEFAULT_SCENARIO = 'quiet-day'

/** The scenario a node lives: itself, or the member that the node's seed picks by weight. */
export function chooseMember(scenarios: ReadonlyMap<string, Scenario>, scenario: Scenario, rng: Rng): Scenario {
  const members = scenario.members ?? []
  let left = rng.next() * members.reduce((sum, member) => sum + member.weight, 0)
  for (const member of members) {
    left -= member.weight
    if (left < 0) return scenarios.get(member.scenario) ?? scenario
  }
  return scenario
}

/** How strongly an effect works, 0 to 1, `elapsedMs` after its scenario began. */
export function strengthOf(of: ScenarioEffect, elapsedMs: number): number {
  let at = elapsedMs / 60_000 - of.afterMinutes
  if (at < 0) return 0
  if (of.everyMinutes !== undefined) at %= of.everyMinutes
  const ramp = of.rampMinutes
  if (at < ramp) return at / ramp
  if (of.holdMinutes === undefined || at < ramp + of.holdMinutes) return 1
  const falling = at - ramp - of.holdMinutes
  return falling < ramp ? 1 - falling / ramp : 0
}
