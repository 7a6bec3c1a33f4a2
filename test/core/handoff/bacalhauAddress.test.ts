import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { makeFolder } from '../../config/workspaces.ts'
import { startBacalhauFake } from '../../helpers/bacalhauFake.ts'
import { fleetSubjects } from './fleetSubjects.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

test('without an address only the fake is held to the contract', () => {
  expect(fleetSubjects({ BACALHAU_API_KEY: 'unused' }).map((subject) => subject.name)).toEqual(['the fake'])
})

test('an address that is none stops the suite with its reason', () => {
  expect(() => fleetSubjects({ FIELDGATE_BACALHAU_URL: 'nowhere' })).toThrow('"nowhere" is no orchestrator address.')
})

test('with FIELDGATE_BACALHAU_URL the same suite runs there as well, and leaves only stopped jobs of its own name', async () => {
  const apiKey = 'key-of-a-served-orchestrator'
  const server = await startBacalhauFake({ apiKey })
  onTestFinished(() => server.close())
  server.nodes.push({ id: 'edge-1' })
  server.run = () => ({ exitCode: 3, stdout: 'x'.repeat(3_000) })
  const { VITEST: _, ...env } = process.env
  const output = join(makeFolder(), 'report.json')
  await promisify(execFile)(
    process.execPath,
    [
      'node_modules/vitest/vitest.mjs',
      'run',
      '--project=unit',
      '--reporter=json',
      `--outputFile=${output}`,
      'test/core/handoff/bacalhauContract.test.ts',
    ],
    {
      cwd: root,
      env: {
        ...env,
        FIELDGATE_BACALHAU_URL: server.url,
        BACALHAU_API_KEY: apiKey,
        FIELDGATE_BACALHAU_IMAGE: 'registry.example/busybox:1',
      },
    },
  )
  const report = JSON.parse(await readFile(output, 'utf8')) as {
    readonly numPassedTests: number
    readonly numTotalTests: number
    readonly testResults: readonly { readonly assertionResults: readonly { readonly ancestorTitles: string[] }[] }[]
  }
  const there = `the fleet contract on ${new URL(server.url).host}`
  const cases = report.testResults.flatMap((file) => file.assertionResults).map((each) => each.ancestorTitles[0])
  expect(cases.filter((title) => title === there)).toHaveLength(report.numTotalTests / 2)
  expect(report.numPassedTests).toBe(report.numTotalTests)

  const left = [...server.jobs.values()]
  expect(
    left.map((job) => job.spec.Name).filter((name) => !/^fieldgate-contract-[0-9a-f]{8}(-run)?$/.test(name)),
  ).toEqual([])
  expect(new Set(left.map((job) => job.state))).toEqual(new Set(['Stopped']))
})
