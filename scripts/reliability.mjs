/**
 * `npm run reliability`: runs the tests that cover the fault groups and writes docs/RELIABILITY.md. Exits 1 when a test that
 * is named there does not exist or does not pass. `--mutations FILE` adds the report of `npm run mutations`; `--results FILE`, as
 * often as needed, takes JSON reports of vitest instead of running the tests anew.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { bootstrap } from './lib/bootstrap.mjs'
import { mappedTests } from './lib/faultGroups.mjs'
import { ROOT } from './lib/paths.mjs'
import { renderReliability, judge } from './lib/reliabilityPage.mjs'
import { capture } from './lib/run.mjs'

async function runTests(files) {
  const folder = mkdtempSync(join(tmpdir(), 'fieldgate-reliability-'))
  const outputFile = join(folder, 'result.json')
  try {
    const { output } = await capture(join(ROOT, 'node_modules', '.bin', 'vitest'), [
      'run',
      ...files,
      '--reporter',
      'json',
      '--outputFile',
      outputFile,
    ])
    try {
      return JSON.parse(readFileSync(outputFile, 'utf8'))
    } catch {
      throw new Error(`The tests did not run:\n${output.slice(-2000)}`)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

if (await bootstrap(fileURLToPath(import.meta.url), process.argv.slice(2))) {
  const { values } = parseArgs({
    options: { mutations: { type: 'string' }, results: { type: 'string', multiple: true } },
  })
  const files = [...new Set(mappedTests().map(([file]) => file))]
  const reports = values.results?.map((path) => JSON.parse(readFileSync(path, 'utf8'))) ?? [await runTests(files)]
  const testResults = reports.flatMap((report) => report.testResults)
  const ran = testResults.flatMap((file) =>
    file.assertionResults.map((test) => ({
      file: relative(ROOT, file.name).replaceAll('\\', '/'),
      name: test.fullName,
      status: test.status,
    })),
  )
  const results = judge(ran)
  const mutations = values.mutations === undefined ? undefined : JSON.parse(readFileSync(values.mutations, 'utf8'))
  writeFileSync(join(ROOT, 'docs', 'RELIABILITY.md'), renderReliability(results, mutations, new Date()))
  const bad = results.flatMap((group) => group.tests).filter((test) => test.verdict !== 'passed')
  for (const test of bad) process.stderr.write(`${test.verdict}: ${test.file} "${test.name}"\n`)
  process.stdout.write(`${results.length} groups, ${mappedTests().length} tests, ${bad.length} not passed.\n`)
  if (bad.length > 0) process.exitCode = 1
}
