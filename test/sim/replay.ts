import { plantOf } from './plants.ts'
import { describeFailure, trySeed } from './report.ts'
import { runSchedule } from './runSchedule.ts'
import { makeSchedule } from './schedule.ts'
import { formatReplay, keepActions, parseReplay } from './shrink.ts'

/** `node test/sim/replay.ts 17:0-3,7`: tells what happens in that run, step by step. Exit code 1 when a promise breaks. */
const { seed, kept } = parseReplay(process.argv[2] ?? '')
const plant = plantOf(process.env['FIELDGATE_SIM_PLANT'])
const whole = makeSchedule(seed)
const schedule = kept === undefined ? whole : keepActions(whole, kept)
const { violations, story } = await runSchedule(schedule, plant)
for (const [index, line] of story.entries()) console.log(`${String(index + 1).padStart(3)}. ${line}`)
if (violations.length === 0) console.log('Every promise was kept.')
else {
  for (const violation of violations) console.log(`BROKEN ${violation}`)
  const failure = kept === undefined ? await trySeed(seed, plant) : undefined
  if (failure !== undefined) console.log(describeFailure(failure))
  console.log(`As data, for test/sim/failedSeeds.json: ${JSON.stringify(failure?.schedule ?? schedule)}`)
  if (kept !== undefined) console.log(`Replay: npm run sim -- --replay '${formatReplay(seed, kept)}'`)
  process.exitCode = 1
}
