import { findViolations } from './oracle.ts'
import type { Schedule } from './schedule.ts'
import { createWorld } from './world.ts'
import type { Plant, World } from './world.ts'

/** How a schedule ended: with every promise kept, or with the sentences that say which were not. */
export interface Outcome {
  readonly violations: readonly string[]
  readonly story: readonly string[]
}

/** Runs a schedule to its end, mends everything, and compares the bucket with what was written. */
export async function runSchedule(
  schedule: Schedule,
  plant?: Plant,
  onSettled: (world: World) => void = () => undefined,
): Promise<Outcome> {
  const world = createWorld(schedule, plant)
  try {
    for (const action of schedule.actions) {
      await world.apply(action)
      if (world.violations.length > 0) return { violations: world.violations, story: world.story }
    }
    await world.settle()
    onSettled(world)
    return { violations: [...world.violations, ...(await findViolations(world))], story: world.story }
  } catch (error) {
    const said = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return { violations: [...world.violations, said], story: world.story }
  } finally {
    world.close()
  }
}
