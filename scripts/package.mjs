/**
 * `npm run package`: makes what people install, checks it, and installs and runs what can run here. Without Electron's binary a stub
 * takes its place: then the packages hold everything but Electron, and sizes say so. Results lie in release/.
 */
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { bootstrap } from './lib/bootstrap.mjs'

async function main() {
  const { values } = parseArgs({
    options: {
      output: { type: 'string', default: 'release' },
      /** Less compression and no second build: for tests. */
      quick: { type: 'boolean', default: false },
      /** Only the app for this machine around real Electron: for runners of other systems. */
      installers: { type: 'boolean', default: false },
    },
  })
  const { makePackages } = await import('./package/makePackages.mjs')
  process.exitCode = await makePackages(values, (line) => process.stdout.write(`${line}\n`))
}

if (await bootstrap(fileURLToPath(import.meta.url), process.argv.slice(2))) await main()
