import { runSchedule } from './runSchedule.ts'
import type { Outcome } from './runSchedule.ts'
import { makeSchedule } from './schedule.ts'
import type { Schedule } from './schedule.ts'
import { formatReplay, keepActions, shrinkSchedule } from './shrink.ts'
import type { Plant } from './world.ts'

/** A seed that broke a promise. */
export interface Failure {
  readonly seed: number
  /** For `--replay`. */
  readonly replay: string
  readonly violations: readonly string[]
  readonly story: readonly string[]
  /** The shortest schedule that breaks one: to be kept in failedSeeds.json. */
  readonly schedule: Schedule
}

/** Runs one seed; if it breaks a promise, the shortest part of it that does. Undefined when every promise was kept. */
export async function trySeed(
  seed: number,
  plant?: Plant,
  onStory: (story: readonly string[]) => void = () => undefined,
): Promise<Failure | undefined> {
  const schedule = makeSchedule(seed)
  const outcome = await runSchedule(schedule, plant)
  onStory(outcome.story)
  if (outcome.violations.length === 0) return undefined
  const { kept, outcome: shortest } = await shrinkSchedule(schedule, outcome, (candidate) => failing(candidate, plant))
  return { seed, replay: formatReplay(seed, kept), ...shortest, schedule: keepActions(schedule, kept) }
}

async function failing(schedule: Schedule, plant: Plant | undefined): Promise<Outcome | undefined> {
  const outcome = await runSchedule(schedule, plant)
  return outcome.violations.length === 0 ? undefined : outcome
}

/** A failure for people: what broke, how it came to it, and the one command that shows it again. */
export function describeFailure({ seed, replay, violations, story, schedule }: Failure): string {
  const hidden = violations.length - 6
  return [
    `Seed ${seed}: ${violations.length} broken`,
    ...violations.slice(0, 6).map((violation) => `  ${violation}`),
    ...(hidden > 0 ? [`  and ${hidden} more`] : []),
    `The shortest way there (${schedule.actions.length} actions):`,
    ...story.map((line, index) => `  ${index + 1}. ${line}`),
    `Replay: npm run sim -- --replay '${replay}'`,
  ].join('\n')
}
