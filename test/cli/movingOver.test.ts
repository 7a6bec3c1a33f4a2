import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { parse } from 'yaml'
import { readText } from '../house/sources.ts'
import { runCommand } from './fakeIo.ts'

// Every put is synced to disk: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 120_000 })

interface Check {
  /** What its results must say. */
  readonly says: RegExp
  /** What a command that runs until it is stopped is given to end by itself. */
  readonly also?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Run first, as the running uploader would have. */
  readonly before?: readonly string[]
}

const RAW = 's3://acme-databricks-raw-us-west-2/raw/'
const PIPELINE = 'pipeline --db sensor_data.db'
const FIX = { says: /0 bad, 0 to watch/, before: ['upload', '--once'] }

/** What each Fieldgate command of the table must say, in the words of the table; all exit 0. */
const CHECKS: Readonly<Record<string, Check>> = {
  'config show --origin': { says: /sqlite .*databricks-uploader-config\.yaml/ },
  'config check': { says: /in order, 1 node/ },
  'sensor --db sensor_data.db': { says: /[1-9]\d* readings written/, also: ['--rate', '20', '--duration', '1s'] },
  'health sensor': { says: /^healthy/ },
  'buckets plan': { says: /32 changes, 0 settings kept\. Nothing was changed/ },
  'buckets create --prefix acme --region us-west-2 --markers': { says: /36 changes made and read back/ },
  'access grant --user edge-uploader': { says: /"s3:PutObject"[^]*policy fieldgate-uploader of user edge-uploader/ },
  'access test': { says: /Everything that uploading needs works/ },
  'credentials setup': { says: /Wrote AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, .*\.env/ },
  'credentials check': { says: /Nothing is wrong/ },
  'objects ls': { says: /acme-databricks-emergency-us-west-2/ },
  'upload --config databricks-uploader-config.yaml --once': { says: /Uploaded [1-9]\d* rows/ },
  'upload --config databricks-uploader-config.yaml': { says: /Nothing new: 1 node up to date/, env: { ONCE: 'true' } },
  'upload --once --debug': { says: /Nothing new: 1 node up to date/ },
  [`objects ls ${RAW} --recursive`]: { says: /raw\/table=sensor_readings\/node=sensor_data\/date=\S+\.parquet/ },
  [`objects ls ${RAW} --recursive --json`]: { says: /"key": "raw\/table=\S+\.parquet"/ },
  'status --json': { says: /"rowsDelivered": [1-9]/ },
  reconcile: { says: /Clean: [1-9]\d* rows in SQLite accounted for, 0 missing, 0 duplicated, 0 different/ },
  [`${PIPELINE} get`]: { says: /Type: raw/ },
  [`${PIPELINE} set aggregated`]: { says: /Pipeline updated to: aggregated \(was raw\)/ },
  [`${PIPELINE} set emergency`]: { says: /Pipeline updated to: emergency \(was aggregated\)/ },
  [`${PIPELINE} set raw`]: { says: /Pipeline updated to: raw \(was emergency\)/ },
  [`${PIPELINE} history --limit 10`]: { says: /raw [^]*emergency [^]*aggregated [^]*raw / },
  [`${PIPELINE} history --limit 5`]: { says: /4 \* +raw/ },
  [`${PIPELINE} stats`]: { says: /Health: HEALTHY/ },
  'readings --limit 10 --columns timestamp,temperature,humidity': {
    says: /^SEQUENCE +timestamp +temperature +humidity *(\n\d+ .+){10}\n?$/,
  },
  'upload --dry-run': { says: /Nothing would be uploaded/ },
  'doctor --all': { says: /The database is sound/, before: ['upload', '--once'] },
  'doctor --node sensor_data': FIX,
  'doctor --fix': FIX,
  'doctor --node sensor_data --fix': FIX,
  'handoff databricks --out handoff --account-id "$ACCOUNT_ID"': { says: /handoff\/sql\/10-locations\.sql/ },
  'handoff machine --out spot --region us-west-2 --orchestrator tls://orchestrator.example:4222 --sha256 "$SHA256" --image "$IMAGE"':
    { says: /spot\/user-data\.yaml/ },
  'handoff instances instances.json': { says: /i-1 +node-1 +203\.0\.113\.7 +yes/ },
}

const VARIABLES: Readonly<Record<string, string>> = {
  ACCOUNT_ID: '123456789012',
  SHA256: 'a'.repeat(64),
  IMAGE: `fieldgate-uploader@sha256:${'0'.repeat(64)}`,
}

const MANUAL = readText('docs/moving-over.md')
const commands = readTable(MANUAL)
const own = commands
  .filter((command) => command.startsWith('fieldgate '))
  .map((line) => line.slice('fieldgate '.length))
const others = commands.filter((command) => !command.startsWith('fieldgate '))

let cwd = ''
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'fieldgate-moving-'))
  const write = (name: string, lines: readonly string[]): void =>
    writeFileSync(join(cwd, name), `${lines.join('\n')}\n`, { mode: 0o600 })
  mkdirSync(join(cwd, 'credentials'))
  write('databricks-uploader-config.yaml', [
    'sqlite: sensor_data.db',
    's3_configuration: { enabled: false, region: us-west-2, prefix: acme }',
    'state_dir: state/s3-uploader',
    'interval: 30',
    'max_batch_size: 500',
    'enable_auto_detection: true',
    's3_batch_size_mb: 50',
    's3_compression: snappy',
  ])
  write('credentials/expanso-s3-env.sh', [
    'export AWS_ACCESS_KEY_ID="AKIAIOSFODNN7EXAMPLE"',
    'export AWS_SECRET_ACCESS_KEY="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"',
  ])
  write('credentials/expanso-databricks-s3.yaml', ['s3_bucket_prefix: acme', 's3_region: us-west-2'])
  write('instances.json', [
    JSON.stringify({ instances: [{ id: 'i-1', name: 'node-1', ip: '203.0.113.7', state: 'running' }] }),
  ])
})
afterAll(() => rmSync(cwd, { recursive: true, force: true }))

test('every row of the table has a check, and every check a row', () => {
  expect(commands.length).toBeGreaterThan(40)
  expect(Object.keys(CHECKS).filter((command) => !own.includes(command))).toEqual([])
  expect(own.filter((command) => CHECKS[command] === undefined)).toEqual([])
  expect(others.filter((command) => !command.startsWith('docker '))).toEqual([])
})

describe('the Fieldgate commands of the table, in its order', () => {
  test.each(own)('fieldgate %s', async (command) => {
    const { says, also = [], env = {}, before } = CHECKS[command] as Check
    if (before !== undefined) await runCommand(before, { cwd })
    const { code, out, err } = await runCommand([...splitWords(command), ...also], { cwd, env })
    expect({ code, out, err }).toEqual({ code: 0, out: expect.stringMatching(says) as string, err })
  })
})

describe('the Docker commands of the table', () => {
  const [composed, built] = [others.filter(isCompose), others.filter((command) => !isCompose(command))]

  test.each(composed)('%s names a file and services that exist', (command) => {
    const words = splitWords(command)
    const text = readText(words[3] as string)
    const { services } = parse(text, { merge: true }) as { readonly services: Readonly<Record<string, unknown>> }
    const [verb, ...rest] = words.slice(4)
    expect(['up', 'ps', 'logs', 'restart', 'down', 'build']).toContain(verb)
    expect(Object.keys(services)).toEqual(expect.arrayContaining(rest.filter((word) => !word.startsWith('-'))))
  })

  test.each(built)('%s names a file and a stage of it that exist', (command) => {
    const words = splitWords(command)
    const [file, stage] = [words[words.indexOf('-f') + 1] as string, words[words.indexOf('--target') + 1] as string]
    expect(words.slice(0, 2)).toEqual(['docker', 'build'])
    expect(readText(file)).toMatch(new RegExp(`^FROM \\w+ AS ${stage}$`, 'm'))
  })
})

test('the variables and keys that are said to be kept are in the table of settings', () => {
  const kept = MANUAL.slice(MANUAL.indexOf('## What is kept'), MANUAL.indexOf('**Position.**'))
  const names = [...kept.matchAll(/`([A-Za-z0-9_]+)`/g)].map((match) => match[1] as string)
  expect(names.length).toBeGreaterThan(25)
  const settings = readText('docs/configuration.md')
  // Bucket names go by a pattern; the database of `pipeline` is that command's own variable.
  const elsewhere = ['S3_BUCKET_RAW', 'SENSOR_DB_PATH']
  expect(names.filter((name) => !elsewhere.includes(name) && !settings.includes(name))).toEqual([])
})

function isCompose(command: string): boolean {
  return command.startsWith('docker compose -f ')
}

/** The commands of the second column. */
function readTable(manual: string): readonly string[] {
  return manual
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| before'))
    .map((line) => {
      const cell = line.split(/(?<!\\)\|/)[2]?.trim() ?? ''
      const match = /^`([^`]+)`$/.exec(cell)
      if (match === null) throw new Error(`No single command in: ${line}`)
      return match[1] as string
    })
}

/** Words as a shell makes them, as far as the table needs it: blanks divide, quotes hold, variables are filled in. */
function splitWords(command: string): readonly string[] {
  return command
    .split(' ')
    .map((word) => word.replaceAll('"', '').replace(/^\$(\w+)$/, (_all, name: string) => VARIABLES[name] ?? ''))
}
