/** `npm test`: everything, on a fresh clone with nothing but Node and npm. Ends with a line `N passed, N failed`. */
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bootstrap } from './lib/bootstrap.mjs'
import { ensureBrowser } from './lib/browser.mjs'
import { runChecks } from './lib/checks.mjs'
import { countAsOne, countReported, playwrightCounts, vitestCounts } from './lib/counts.mjs'
import { ROOT } from './lib/paths.mjs'
import { capture, seconds } from './lib/run.mjs'
import { makeTemporaryFolder } from './lib/temporary.mjs'

const REPORTS = join(ROOT, 'node_modules', '.cache', 'fieldgate-test')
const bin = (name) => join(ROOT, 'node_modules', '.bin', name)

/** Prints what a stage said when it did not pass. */
function tellFailure({ code, output }) {
  if (code !== 0) process.stdout.write(`${output}\n`)
}

function readReport(name) {
  try {
    return JSON.parse(readFileSync(join(REPORTS, name), 'utf8'))
  } catch {
    return undefined
  }
}

async function runVitest() {
  const report = join(REPORTS, 'vitest.json')
  const folder = makeTemporaryFolder()
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const result = await capture(bin('vitest'), args, { env: { TMPDIR: folder } })
  rmSync(folder, { recursive: true, force: true })
  tellFailure(result)
  return countReported(result, vitestCounts(readReport('vitest.json')))
}

async function runEndToEnd() {
  const browser = await ensureBrowser()
  if (browser === undefined) return { passed: 0, failed: 1 }
  const result = await capture(bin('playwright'), ['test', '--reporter=list,json'], {
    env: { CHROMIUM_PATH: browser, PLAYWRIGHT_JSON_OUTPUT_NAME: join(REPORTS, 'playwright.json') },
  })
  tellFailure(result)
  return countReported(result, playwrightCounts(readReport('playwright.json')))
}

async function runBuild() {
  const result = await capture(bin('electron-vite'), ['build', '--logLevel', 'warn'])
  tellFailure(result)
  return countAsOne(result)
}

const STAGES = [
  { name: 'checks', run: runChecks },
  { name: 'tests', run: runVitest },
  { name: 'build', run: runBuild },
  { name: 'end to end', run: runEndToEnd },
]

async function main() {
  rmSync(REPORTS, { recursive: true, force: true })
  mkdirSync(REPORTS, { recursive: true })
  const startedAt = performance.now()
  let passed = 0
  let failed = 0
  for (const stage of STAGES) {
    const stageStart = performance.now()
    process.stdout.write(`${stage.name} …\n`)
    const counts = await stage.run()
    passed += counts.passed
    failed += counts.failed
    process.stdout.write(`${stage.name}: ${counts.passed} passed, ${counts.failed} failed (${seconds(stageStart)})\n`)
  }
  process.stdout.write(`\nTook ${seconds(startedAt)} on Node ${process.version}.\n`)
  process.stdout.write(`${passed} passed, ${failed} failed\n`)
  process.exitCode = failed === 0 ? 0 : 1
}

if (await bootstrap(fileURLToPath(import.meta.url), process.argv.slice(2))) await main()
