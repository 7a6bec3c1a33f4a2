import { HAZARDS } from './hazards.ts'
import { plantOf } from './plants.ts'
import { describeFailure, trySeed } from './report.ts'

/** For tests of the simulation itself. */
const plant = plantOf(process.env['FIELDGATE_SIM_PLANT'])

/** What the parent asks of this process: a range of seeds. */
interface Order {
  readonly first: number
  readonly count: number
}

/** Runs the seeds of each order, one after the other; answers with how many, and what failed. */
process.on('message', (order: Order) => {
  void work(order)
})

const missing = new Set(HAZARDS)

function noteHazards(story: readonly string[]): void {
  if (missing.size === 0) return
  const told = story.join('\n')
  for (const hazard of missing) if (told.includes(hazard)) missing.delete(hazard)
}

async function work({ first, count }: Order): Promise<void> {
  const failures: unknown[] = []
  for (let seed = first; seed < first + count; seed++) {
    const failure = await trySeed(seed, plant, noteHazards)
    if (failure !== undefined) failures.push({ ...failure, text: describeFailure(failure) })
  }
  process.send?.({ count, failures, hazards: HAZARDS.filter((hazard) => !missing.has(hazard)) })
}
