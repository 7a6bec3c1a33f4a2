import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { checkDocument, parseText } from '../simulator/parseDocument.ts'
import type { PipelineStart } from '../simulator/port.ts'
import { createRng } from '../support/rng.ts'
import type { DemoNode } from './fleet.ts'

const change = z.strictObject({
  /** A pipeline type, or `own`: the one the node has now. */
  type: z.string().min(1),
  by: z.string().min(1),
  reason: z.string().min(1),
  afterMinutes: z.number().min(0),
})

/** What people did with one node, in order. */
export type DemoTale = readonly z.output<typeof change>[]

/** The tales of the day before the demo. Throws `invalid` naming file and key. */
export function loadTales(resources: string): readonly DemoTale[] {
  const path = join(resources, 'demo', 'changes.yaml')
  return checkDocument(z.array(z.array(change).min(1)).min(1), parseText(readFileSync(path, 'utf8'), path), path, () =>
    Object.keys(change.shape),
  )
}

/** One node in so many has a tale; the others kept their type all day. */
const ONE_IN = 4
const MINUTE_MS = 60_000

/**
 * The changes of pipeline type of a node from the beginning of its history until now, oldest first: the last one is the
 * type it has. The same for the same seed.
 */
export function pastChanges(
  node: DemoNode,
  tales: readonly DemoTale[],
  seed: string,
  nowMs: number,
  historySeconds: number,
): readonly PipelineStart[] {
  const rng = createRng(`${seed}/${node.nodeId}/past changes`)
  const startMs = nowMs - historySeconds * 1000
  const first = { by: 'sensor', reason: 'Initial setup', atMs: startMs }
  const tale = rng.next() < 1 / ONE_IN ? rng.pick(tales) : undefined
  if (tale === undefined) return [{ ...first, type: node.pipelineType }]
  const lastMinutes = tale.at(-1)?.afterMinutes ?? 0
  const spareMs = historySeconds * 1000 - lastMinutes * MINUTE_MS
  // A history too short for the tale is told without it.
  if (spareMs <= 0) return [{ ...first, type: node.pipelineType }]
  const beginMs = startMs + Math.floor(spareMs * (0.1 + 0.85 * rng.next()))
  const isSettling = tale.length === 1 && node.pipelineType !== 'raw'
  return [
    { ...first, type: isSettling ? 'raw' : node.pipelineType },
    ...tale.map(({ type, by, reason, afterMinutes }) => ({
      type: type === 'own' ? node.pipelineType : type,
      by,
      reason,
      atMs: beginMs + afterMinutes * MINUTE_MS,
    })),
  ].filter((entry, i, all) => entry.type !== all[i - 1]?.type)
}
