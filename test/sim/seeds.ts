import { describe, expect, test } from 'vitest'
import { findViolations } from './oracle.ts'
import { createWorld } from './world.ts'

const SEEDS = Number(process.env['FIELDGATE_SIM_SEEDS'] ?? 2_000)
const FIRST = Number(process.env['FIELDGATE_SIM_FIRST'] ?? 1)
const ACTIONS = 14
const PARTS = 10

/** Runs one seed to its end; what went wrong comes back with the story that led there. */
async function runSeed(seed: number): Promise<string | undefined> {
  const world = createWorld(seed)
  try {
    for (let action = 0; action < ACTIONS; action++) await world.act()
    await world.settle()
    const violations = await findViolations(world)
    return violations.length === 0 ? undefined : describeFailure(seed, violations, world.log)
  } catch (error) {
    return describeFailure(seed, [error instanceof Error ? (error.stack ?? error.message) : String(error)], world.log)
  } finally {
    world.close()
  }
}

function describeFailure(seed: number, violations: readonly string[], story: readonly string[]): string {
  return [
    `Seed ${seed}: ${violations.length} broken`,
    ...violations.slice(0, 5).map((violation) => `  ${violation}`),
    ...story.map((line, index) => `  ${index + 1}. ${line}`),
    `Replay: FIELDGATE_SIM_FIRST=${seed} FIELDGATE_SIM_SEEDS=1 npx vitest run --project sim`,
  ].join('\n')
}

/**
 * Tests for one half of the seeds. Two files take a half each, so that they run on two cores.
 */
export function testSeeds(half: 0 | 1): void {
  describe('no row is lost or delivered twice, whatever crashes', () => {
    const perPart = Math.ceil(SEEDS / PARTS)
    const parts = Array.from({ length: PARTS }, (_, part) => part).filter((part) => part % 2 === half)
    test.each(parts)('part %i of the seeds', async (part) => {
      const from = FIRST + part * perPart
      const to = Math.min(FIRST + SEEDS, from + perPart)
      for (let seed = from; seed < to; seed++) {
        const failure = await runSeed(seed)
        expect(failure, failure).toBeUndefined()
      }
    })
  })
}
