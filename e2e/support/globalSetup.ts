import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT, describeElectron, findElectron } from './electronDist.ts'

/** Says what the run proves, and stops early when there is nothing to run. Playwright wants a default export here. */
// eslint-disable-next-line import/no-default-export
export default function globalSetup(): void {
  console.log(describeElectron(findElectron().kind))
  for (const path of ['out/main/index.js', 'out/preload/index.cjs', 'out/renderer/index.html']) {
    if (!existsSync(join(ROOT, path))) throw new Error(`${path} is missing. Run "npm run build" first.`)
  }
}
