/**
 * `npm run mutations`: seeds known bugs one at a time into a copy of the source and runs the tests that guard the promises.
 * Exits 1 when a bug survives. `--only TEXT` takes those whose name contains it; `--report FILE` keeps the result. A bug runs the
 * tests that guard against it first and the larger parts only when those stay green. Tests that do not end count as red, and the
 * report says so.
 */
import { cpSync, mkdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { bootstrap } from './lib/bootstrap.mjs'
import { MUTATIONS } from './lib/mutations.mjs'
import { ROOT } from './lib/paths.mjs'
import { capture, seconds } from './lib/run.mjs'
import { makeTemporaryFolder } from './lib/temporary.mjs'

const SOURCES = [
  'electron',
  'shared',
  'resources',
  'test',
  'scripts',
  'package.json',
  'tsconfig.json',
  'vitest.config.ts',
]
/** What runs when the tests of a bug stay green, from the fastest to the slowest. */
const PARTS = [
  ['--project', 'unit', 'test/core/uploader', 'test/core/db', 'test/core/reconcile'],
  ['--project', 'unit', 'test/core/encoder', 'test/core/objects', 'test/core/pipelines', 'test/shared'],
  ['--project', 'system', 'test/system/wholeWay.test.ts', 'test/system/hardships.test.ts'],
  ['--project', 'sim'],
]
/** Tests are given this much longer than they take without any bug before they count as hanging, and at least the minimum. */
const PATIENCE = 5
const LEAST_LIMIT_MS = 120_000
const PART_LIMIT_MS = 900_000
const SEEDS = '100'

function copySource() {
  const folder = makeTemporaryFolder()
  for (const name of SOURCES) cpSync(join(ROOT, name), join(folder, name), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction')
  return folder
}

/** Makes the edits; returns the function that takes them back. Throws when one does not fit exactly once. */
function seed(folder, { name, edits }) {
  const before = new Map()
  for (const { file, find, replace } of edits) {
    const path = join(folder, file)
    const text = readFileSync(path, 'utf8')
    if (!before.has(path)) before.set(path, text)
    const found = text.split(find).length - 1
    if (found !== 1)
      throw new Error(
        `"${name}" does not fit: ${file} holds its text ${found} times. Correct scripts/lib/mutations.mjs.`,
      )
    writeFileSync(
      path,
      text.replace(find, () => replace),
    )
  }
  return () => {
    for (const [path, text] of before) writeFileSync(path, text)
  }
}

/** Runs tests of the copy: the name of the first that fails, whether they had to be ended; undefined when all pass. */
async function firstFailure(folder, part, limitMs) {
  const outputFile = join(folder, 'result.json')
  rmSync(outputFile, { force: true })
  const args = ['run', ...part, '--bail', '1', '--reporter', 'json', '--outputFile', outputFile]
  const { code, output, isLate } = await capture(join(ROOT, 'node_modules', '.bin', 'vitest'), args, {
    cwd: folder,
    env: { FIELDGATE_SIM_SEEDS: SEEDS, TMPDIR: folder },
    limitMs,
  })
  if (isLate) {
    const files = part.filter((word) => word.startsWith('test/')).join(', ')
    return { caughtBy: `no end after ${Math.round(limitMs / 1000)} s: ${files || part.at(-1)}`, isTimeout: true }
  }
  if (code === 0) return undefined
  let result
  try {
    result = JSON.parse(readFileSync(outputFile, 'utf8'))
  } catch {
    throw new Error(`The tests did not run:\n${output.slice(-2000)}`)
  }
  const redTest = (file) => file.assertionResults.find(({ status }) => status === 'failed')
  // Files that were given up because of another count as failed, too, and name no test.
  const { testResults } = result
  const failed = testResults.find((file) => redTest(file)) ?? testResults.find((file) => file.status === 'failed')
  if (failed === undefined) throw new Error(`The tests failed without saying which:\n${output.slice(-2000)}`)
  const test = redTest(failed)
  const file = relative(realpathSync(folder), failed.name).replaceAll('\\', '/')
  return { caughtBy: test === undefined ? file : `${file}: ${test.fullName}`, isTimeout: false }
}

async function catchBug(folder, tests, limitMs) {
  const guarded = await firstFailure(folder, ['--project', 'unit', ...tests], limitMs)
  if (guarded !== undefined) return guarded
  for (const part of PARTS) {
    const caught = await firstFailure(folder, part, PART_LIMIT_MS)
    if (caught !== undefined) return caught
  }
  return undefined
}

/** Runs every guarding test without any bug; returns the limit for each run. Throws when one is red. */
async function measure(folder, mutations) {
  const startedAt = performance.now()
  const tests = [...new Set(mutations.flatMap((mutation) => mutation.tests))]
  const broken = await firstFailure(folder, ['--project', 'unit', ...tests], PART_LIMIT_MS)
  if (broken !== undefined) throw new Error(`The tests are red without any bug: ${broken.caughtBy}`)
  process.stdout.write(`The guarding tests are green without any bug.  ${seconds(startedAt)}\n`)
  return Math.max(LEAST_LIMIT_MS, PATIENCE * (performance.now() - startedAt))
}

if (await bootstrap(fileURLToPath(import.meta.url), process.argv.slice(2))) {
  const { values } = parseArgs({ options: { only: { type: 'string' }, report: { type: 'string' } } })
  const chosen = MUTATIONS.filter((mutation) => mutation.name.includes(values.only ?? ''))
  const folder = copySource()
  const results = []
  try {
    for (const mutation of chosen) seed(folder, mutation)()
    const limitMs = await measure(folder, chosen)
    for (const mutation of chosen) {
      const startedAt = performance.now()
      const undo = seed(folder, mutation)
      const { caughtBy, isTimeout } = (await catchBug(folder, mutation.tests, limitMs)) ?? {}
      undo()
      results.push({ name: mutation.name, caughtBy, isTimeout })
      process.stdout.write(
        `${caughtBy === undefined ? 'SURVIVED' : 'red     '} ${mutation.name}  ${seconds(startedAt)}\n`,
      )
      if (caughtBy !== undefined) process.stdout.write(`         by "${caughtBy}"\n`)
    }
  } catch (error) {
    process.stderr.write(`error: ${error.message}\n`)
    process.exitCode = 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  const red = results.filter((result) => result.caughtBy !== undefined).length
  process.stdout.write(`${red} of ${results.length} seeded bugs turned the suite red.\n`)
  if (red < results.length || results.length === 0) process.exitCode = 1
  if (values.report !== undefined) {
    mkdirSync(dirname(values.report), { recursive: true })
    writeFileSync(values.report, `${JSON.stringify(results, null, 2)}\n`)
  }
}
