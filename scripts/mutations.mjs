/**
 * `npm run mutations`: seeds known bugs one at a time into a copy of the source and runs the tests that guard the promises.
 * Exits 1 when a bug survives. `--only TEXT` takes those whose name contains it; `--report FILE` keeps the result.
 */
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
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
/** From the fastest to the slowest; a bug is caught by the first part that goes red. */
const PARTS = [
  ['--project', 'unit', 'test/core/uploader', 'test/core/db', 'test/core/reconcile'],
  ['--project', 'unit', 'test/core/encoder', 'test/core/objects/traps.test.ts', 'test/core/pipelines/replay.test.ts'],
  ['--project', 'sim'],
  ['--project', 'system', 'test/system/wholeWay.test.ts', 'test/system/hardships.test.ts'],
]
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

/** The names of the tests that fail; empty when all pass. */
async function failures(folder, part) {
  const outputFile = join(folder, 'result.json')
  rmSync(outputFile, { force: true })
  const args = ['run', ...part, '--bail', '1', '--reporter', 'json', '--outputFile', outputFile]
  const { code, output } = await capture(join(ROOT, 'node_modules', '.bin', 'vitest'), args, {
    cwd: folder,
    env: { FIELDGATE_SIM_SEEDS: SEEDS, TMPDIR: folder },
  })
  if (code === 0) return []
  let result
  try {
    result = JSON.parse(readFileSync(outputFile, 'utf8'))
  } catch {
    throw new Error(`The tests did not run:\n${output.slice(-2000)}`)
  }
  const names = result.testResults
    .flatMap((file) => file.assertionResults)
    .filter((test) => test.status === 'failed')
    .map((test) => test.fullName)
  return names.length > 0
    ? names
    : result.testResults.filter((file) => file.status === 'failed').map((file) => file.name)
}

async function firstFailure(folder) {
  for (const part of PARTS) {
    const names = await failures(folder, part)
    if (names.length > 0) return names[0]
  }
  return undefined
}

if (await bootstrap(fileURLToPath(import.meta.url), process.argv.slice(2))) {
  const { values } = parseArgs({ options: { only: { type: 'string' }, report: { type: 'string' } } })
  const chosen = MUTATIONS.filter((mutation) => mutation.name.includes(values.only ?? ''))
  const folder = copySource()
  const results = []
  try {
    for (const mutation of chosen) seed(folder, mutation)()
    const broken = await firstFailure(folder)
    if (broken !== undefined) throw new Error(`The tests are red without any bug: ${broken}`)
    for (const mutation of chosen) {
      const startedAt = performance.now()
      const undo = seed(folder, mutation)
      const caughtBy = await firstFailure(folder)
      undo()
      results.push({ name: mutation.name, caughtBy })
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
