import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { DEMO_FAULTS } from '../../../shared/domain/demo.ts'
import { ANOMALY_TYPES } from '../../../shared/domain/simulator.ts'
import { SENSOR_FIELDS } from '../simulator/fields.ts'
import { checkDocument, parseText } from '../simulator/parseDocument.ts'
import { createRng } from '../support/rng.ts'
import type { DemoNode } from './fleet.ts'

/** Whom an action concerns: the node the story is about, its site, or the whole fleet. */
const target = z.enum(['node', 'site', 'fleet'])

const action = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('fault'), fault: z.enum(DEMO_FAULTS), isActive: z.boolean() }),
  /** Ends every anomaly at work. */
  z.strictObject({ do: z.literal('calm') }),
  /** Gives every node back the pipeline type it had before the story. */
  z.strictObject({ do: z.literal('restorePipelines') }),
  z.strictObject({
    do: z.literal('inject'),
    target,
    type: z.enum(ANOMALY_TYPES),
    field: z.enum(SENSOR_FIELDS).optional(),
    seconds: z.number().positive().max(86_400),
  }),
  z.strictObject({ do: z.literal('setPipeline'), target, type: z.string(), reason: z.string() }),
])

const step = z.strictObject({
  id: z.string().regex(/^[a-z][a-z-]*$/),
  title: z.string().min(1),
  heading: z.string().min(1),
  sentence: z.string().min(1),
  screen: z.string().min(1),
  seconds: z.number().positive(),
  actions: z.array(action),
})

export type StoryAction = z.output<typeof action>
type StoryTarget = z.output<typeof target>
export type StoryStep = z.output<typeof step>

/** The story of one demo: its steps with names filled in, and whom it is about. */
export interface Story {
  readonly steps: readonly StoryStep[]
  readonly nodeIds: Readonly<Record<StoryTarget, readonly string[]>>
}

/** The story of a seed: the same node, the same site, the same words. Throws `invalid` naming file and key. */
export function loadStory(resources: string, fleet: readonly DemoNode[], seed: string): Story {
  const path = join(resources, 'demo', 'story.yaml')
  const steps = checkDocument(z.array(step).min(1), parseText(readFileSync(path, 'utf8'), path), path, () =>
    Object.keys(step.shape),
  )
  const hero = createRng(`${seed}/story`).pick(fleet)
  const fill = (text: string): string => text.replaceAll('{node}', hero.nodeId).replaceAll('{site}', hero.site.name)
  return {
    steps: steps.map((one) => ({
      ...one,
      heading: fill(one.heading),
      sentence: fill(one.sentence),
      actions: one.actions.map((each) => (each.do === 'setPipeline' ? { ...each, reason: fill(each.reason) } : each)),
    })),
    nodeIds: {
      node: [hero.nodeId],
      site: fleet.filter((node) => node.site.id === hero.site.id).map((node) => node.nodeId),
      fleet: fleet.map((node) => node.nodeId),
    },
  }
}
