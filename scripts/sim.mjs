/** `npm run sim -- --seeds 100000`: the simulation of the world over more seeds than `npm test` takes. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { bootstrap } from './lib/bootstrap.mjs'
import { ROOT } from './lib/paths.mjs'
import { inherit } from './lib/run.mjs'
import { countBroken, runSeeds, summarise } from './lib/simWorkers.mjs'

const HELP = `Usage: npm run sim -- [options]

Runs the engine in simulated worlds in which everything goes wrong, and compares each bucket with what was written.

  --seeds N       how many worlds (default 20000)
  --first N       the first seed (default: a fresh one, printed)
  --minutes N     end after so many minutes, whatever was asked for
  --workers N     processes (default: one per processor)
  --replay RUN    one world, told step by step: a seed, or what a failure printed, such as 17:0-3,7
  --json          the result as JSON
  --help          this

Exit code 1 when a promise was broken.
`

async function main() {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '20000' },
      first: { type: 'string' },
      minutes: { type: 'string' },
      workers: { type: 'string' },
      replay: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(HELP)
    return 0
  }
  if (values.replay !== undefined) {
    if (!/^\d+(?::(?:\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*)?)?$/.test(values.replay)) {
      process.stderr.write(`error: --replay needs a run such as 17 or 17:0-3,7, not "${values.replay}".\n`)
      return 2
    }
    const args = ['--disable-warning=ExperimentalWarning', join(ROOT, 'test', 'sim', 'replay.ts'), values.replay]
    return inherit(process.execPath, args)
  }
  const first = values.first === undefined ? freshSeed() : readNumber('first', values.first, 0)
  const seeds = readNumber('seeds', values.seeds, 1)
  if (!values.json) process.stdout.write(`Seeds ${first} to ${first + seeds - 1}\n`)
  const result = await runSeeds({
    first,
    seeds,
    workers: values.workers === undefined ? undefined : readNumber('workers', values.workers, 1),
    stopAfterMs: values.minutes === undefined ? undefined : readNumber('minutes', values.minutes, 0) * 60_000,
    onProgress: values.json ? undefined : createProgress(seeds),
  })
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ first, ...result, ...countBroken(result.failures) }, null, 2)}\n`)
  } else {
    process.stdout.write(`${summarise(result)}\n`)
  }
  return result.failures.length === 0 ? 0 : 1
}

/** A new range of seeds every second, far from small numbers that people choose. */
function freshSeed() {
  return Math.floor(Date.now() / 1000) * 1000
}

function readNumber(name, text, least) {
  const value = Number(text)
  if (text.trim() !== '' && value >= least && (name === 'minutes' ? true : Number.isSafeInteger(value))) return value
  process.stderr.write(`error: --${name} needs a number of at least ${least}, not "${text}".\n`)
  process.exit(2)
}

function createProgress(seeds) {
  let toldAt = 0
  let told = 0
  return ({ done, failures, ms }) => {
    for (const failure of failures.slice(told)) process.stdout.write(`${failure.text}\n\n`)
    told = failures.length
    if (ms - toldAt < 10_000) return
    toldAt = ms
    const pace = Math.round(done / (ms / 60_000))
    process.stdout.write(`${done} of ${seeds}, ${failures.length} failed, ${pace} seeds a minute\n`)
  }
}

if (await bootstrap(fileURLToPath(import.meta.url), process.argv.slice(2))) process.exitCode = await main()
