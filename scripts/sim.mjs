/** `npm run sim -- --seeds 20000 --first 1`: the crash simulation of the uploader over more seeds than `npm test` takes. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { bootstrap } from './lib/bootstrap.mjs'
import { ROOT } from './lib/paths.mjs'
import { inherit } from './lib/run.mjs'

if (await bootstrap(fileURLToPath(import.meta.url), process.argv.slice(2))) {
  const { values } = parseArgs({
    options: { seeds: { type: 'string', default: '20000' }, first: { type: 'string', default: '1' } },
  })
  process.exitCode = await inherit(
    join(ROOT, 'node_modules', '.bin', 'vitest'),
    ['run', '--project', 'sim', '--testTimeout', '36000000'],
    {
      env: { FIELDGATE_SIM_SEEDS: values.seeds, FIELDGATE_SIM_FIRST: values.first },
    },
  )
}
