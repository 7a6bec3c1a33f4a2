/** `npm run check`: types, lint, format, dead code. */
import { fileURLToPath } from 'node:url'
import { bootstrap } from './lib/bootstrap.mjs'
import { runChecks } from './lib/checks.mjs'

if (await bootstrap(fileURLToPath(import.meta.url), process.argv.slice(2))) {
  const { failed } = await runChecks()
  process.exitCode = failed === 0 ? 0 : 1
}
