import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const SCRIPT = join(import.meta.dirname, '../../scripts/sim.mjs')

interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

function sim(...args: readonly string[]): Ended {
  return spawnSync(process.execPath, [SCRIPT, ...args], { encoding: 'utf8' })
}

/** The same with a bug put in. */
function simWithBug(...args: readonly string[]): Ended {
  const env = { ...process.env, FIELDGATE_SIM_PLANT: 'dropsLastRow' }
  return spawnSync(process.execPath, [SCRIPT, ...args], { encoding: 'utf8', env })
}

test('npm run sim says how many worlds kept every promise, and how fast', () => {
  const { status, stdout } = sim('--seeds', '6', '--first', '1', '--workers', '2')
  expect(stdout).toMatch(/^Seeds 1 to 6\n/)
  expect(stdout).toMatch(/^6 seeds: 0 lost, 0 duplicated, 0 invariants broken \(\d+\.\d min, \d+ seeds a minute\)$/m)
  expect(status).toBe(0)
})

test('npm run sim gives its result as JSON', () => {
  const { status, stdout } = sim('--seeds', '3', '--first', '1', '--workers', '1', '--json')
  expect(JSON.parse(stdout)).toMatchObject({ first: 1, seeds: 3, lost: 0, duplicated: 0, broken: 0, failures: [] })
  expect(status).toBe(0)
})

test('npm run sim -- --replay tells a run step by step', () => {
  const { status, stdout } = sim('--replay', '2:0-3')
  expect(stdout).toMatch(/^ {2}1\. n1: \d+ rows are written/m)
  expect(stdout).toContain('everything is mended')
  expect(stdout).toContain('Every promise was kept.')
  expect(status).toBe(0)
})

test('npm run sim refuses what is no number, and explains itself', () => {
  const refused = sim('--seeds', 'many')
  expect(refused.status).toBe(2)
  expect(refused.stderr).toContain('--seeds needs a number of at least 1, not "many".')
  expect(sim('--help').stdout).toContain('--replay RUN')
})

test('a bug makes npm run sim fail with the seed, the broken promise, the shortest way there and the command that repeats it', () => {
  const { status, stdout } = simWithBug('--seeds', '1', '--first', '1', '--workers', '1')
  expect(status).toBe(1)
  expect(stdout).toMatch(/^Seed 1: \d+ broken\n {2}P1: .*row \d+ is missing/m)
  expect(stdout).toMatch(/^The shortest way there \(\d+ actions\):\n {2}1\. /m)
  expect(stdout).toMatch(/^1 seeds: [1-9]\d* lost, 0 duplicated/m)
  const run = /--replay '([^']+)'/.exec(stdout)?.[1]
  const again = simWithBug('--replay', run as string)
  expect(again.status).toBe(1)
  expect(again.stdout).toMatch(/BROKEN P1: .*row \d+ is missing/)
})
