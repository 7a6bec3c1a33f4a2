import { execFile, spawn } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { query, temporaryFolder } from './helpers.ts'

const CLI = join(import.meta.dirname, '../../../electron/cli/index.ts')
const run = promisify(execFile)

interface Line {
  readonly event: string
  readonly rows: number
  readonly nodes: readonly { readonly nodeId: string; readonly path: string }[]
}

const lines = (text: string): Line[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)

test('asked for 50 a second for 2 seconds, the command writes exactly 100 rows and a pipeline, and appends the next time', async () => {
  const db = join(temporaryFolder(), 'sensor.db')
  const args = [CLI, 'sensor', '--db', db, '--rate', '50', '--duration', '2s', '--seed', 'x', '--json']
  const { stdout } = await run(process.execPath, args)
  expect(lines(stdout)).toMatchObject([
    { event: 'started', seed: 'x' },
    { event: 'stopped', rows: 100 },
  ])
  expect(query(db, 'SELECT count(*) AS n FROM sensor_readings')).toEqual([{ n: 100 }])
  expect(query(db, 'SELECT pipeline_type AS t FROM pipeline_config')).toEqual([{ t: 'raw' }])
  await run(process.execPath, args)
  expect(query(db, 'SELECT count(*) AS n, max(id) AS last FROM sensor_readings')).toEqual([{ n: 200, last: 200 }])
})

test('SIGTERM commits what is due, says how much, and exits 0', async () => {
  const folder = temporaryFolder()
  const child = spawn(process.execPath, [
    CLI,
    'sensor',
    '--nodes',
    '3',
    '--dir',
    folder,
    '--rate',
    '100',
    '--history',
    '1h',
    '--json',
  ])
  let output = ''
  const started = new Promise<void>((resolve) => {
    child.stdout.on('data', (part: Buffer) => {
      output += part.toString()
      if (output.includes('"started"')) resolve()
    })
  })
  const exited = new Promise<number | null>((resolve) => child.on('exit', (code) => resolve(code)))
  await started
  child.kill('SIGTERM')
  expect(await exited).toBe(0)
  const [first, last] = lines(output)
  expect(last?.event).toBe('stopped')
  const counts = (first?.nodes ?? []).map(
    (node) => query(node.path, 'SELECT count(*) AS n FROM sensor_readings')[0]?.['n'] as number,
  )
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(last?.rows)
  expect(Math.min(...counts)).toBeGreaterThanOrEqual(360)
})
