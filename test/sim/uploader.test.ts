import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { HAZARDS } from './hazards.ts'
import { runSchedule } from './runSchedule.ts'
import { makeSchedule } from './schedule.ts'
import type { Schedule } from './schedule.ts'
import { parseReplay } from './shrink.ts'

interface SeedsResult {
  readonly seeds: number
  readonly failures: readonly { readonly text: string }[]
  readonly ms: number
  readonly hazards: readonly string[]
}

const { runSeeds, summarise } = (await import(join(import.meta.dirname, '../../scripts/lib/simWorkers.mjs'))) as {
  readonly runSeeds: (wanted: { readonly first: number; readonly seeds: number }) => Promise<SeedsResult>
  readonly summarise: (result: SeedsResult) => string
}

/** A schedule that once broke a promise, kept as data: what a seed stands for changes with the generator. */
interface FailedSeed {
  readonly replay: string
  readonly why: string
  readonly since: string
  readonly schedule: Schedule
}

const FAILED = JSON.parse(readFileSync(join(import.meta.dirname, 'failedSeeds.json'), 'utf8')) as readonly FailedSeed[]
const SEEDS = Number(process.env['FIELDGATE_SIM_SEEDS'] ?? 5_000)
const FIRST = Number(process.env['FIELDGATE_SIM_FIRST'] ?? firstSeed())

/**
 * Every committed state of the code has seeds of its own: each change is looked at where none has looked, and a run that
 * failed is the same run again. Where there is no git, the seeds are those of this second.
 */
function firstSeed(): number {
  try {
    const parts = ['electron', 'shared', 'test/sim'].map((folder) => `HEAD:${folder}`)
    const state = execFileSync('git', ['rev-parse', ...parts], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    return Number.parseInt(createHash('sha256').update(state).digest('hex').slice(0, 9), 16)
  } catch {
    return Math.floor(Date.now() / 1000) * 1000
  }
}

describe('no row is lost or delivered twice, whatever crashes', () => {
  test(`in ${SEEDS} fresh worlds`, async () => {
    console.log(`Seeds ${FIRST} to ${FIRST + SEEDS - 1}`)
    const result = await runSeeds({ first: FIRST, seeds: SEEDS })
    console.log(summarise(result))
    const told = result.failures.map((failure) => failure.text).join('\n\n')
    expect(told, told).toBe('')
    expect(result.seeds).toBe(SEEDS)
    // In so many worlds, everything that may go wrong does go wrong.
    const missing = SEEDS < 4_000 ? [] : HAZARDS.filter((hazard) => !result.hazards.includes(hazard))
    expect(missing).toEqual([])
  })

  test.each(FAILED)('in the world of $replay: $why', async ({ schedule, replay }) => {
    expect(parseReplay(replay).seed).toBe(schedule.seed)
    expect((await runSchedule(schedule)).violations).toEqual([])
  })
})

test('the same seed is the same run, whatever ran before it', async () => {
  const tell = async (seed: number): Promise<unknown> => {
    const objects: string[] = []
    const { story } = await runSchedule(makeSchedule(seed), undefined, (world) => {
      for (const [name, object] of world.store.objects) objects.push(`${name} ${object.metadata['fieldgate-sha256']}`)
    })
    return { story, objects }
  }
  const seeds = Array.from({ length: 20 }, (_, index) => index + 1)
  const forwards: unknown[] = []
  for (const seed of seeds) forwards.push(await tell(seed))
  const backwards: unknown[] = []
  for (const seed of seeds.toReversed()) backwards.unshift(await tell(seed))
  expect(backwards).toEqual(forwards)
})
