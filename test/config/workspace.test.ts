import { join } from 'node:path'
import { expect, test } from 'vitest'
import { settingFields } from '../../electron/core/config/fields.ts'
import { loadConfig } from '../../electron/core/config/loadConfig.ts'
import { makeFolder } from './workspaces.ts'

const FLEET = `
state_dir: var
sqlite_table: readings
time_zone: America/Chicago
nodes:
  - id: midland-01
    sqlite: nodes/midland-01.db
    site: Midland
    location: { latitude: 31.99, longitude: -102.07 }
    labels: { basin: permian, tier: 1 }
  - { id: midland-02, sqlite: nodes/midland-02.db, table: logs, time_zone: UTC }
upload: { workers: 3, parquet_profile: compatible }
link: { bytes_per_second: 12000, month_budget_mb: 500 }
always_on: [emergency, anomaly]
pipelines:
  window_seconds: 300
  custom:
    - { name: hot, bucket: acme-hot, sql: 'SELECT * FROM batch WHERE temperature > 80' }
  contracts:
    - table: readings
      version: 2
      columns:
        temperature: { type: number, unit: celsius, min: -40, max: 60, required: true }
        status: { type: string, one_of: [ok, bad], pattern: '^[a-z]+$' }
  emergency:
    anomaly_flag: false
    status_codes: [2, 3]
    thresholds: [{ column: temperature, unit: celsius, above: 75 }]
  auto_switch: { column: temperature, on_above: 80, off_below: 70 }
`

test('fieldgate.yaml describes a fleet: nodes, link, pipelines', () => {
  const cwd = makeFolder({ 'fieldgate.yaml': FLEET })
  const { config } = loadConfig({ env: {}, cwd })
  expect(config.nodes).toEqual([
    {
      id: 'midland-01',
      sqlite: join(cwd, 'nodes/midland-01.db'),
      table: 'readings',
      site: 'Midland',
      location: { latitude: 31.99, longitude: -102.07 },
      labels: { basin: 'permian', tier: '1' },
      timeZone: 'America/Chicago',
    },
    { id: 'midland-02', sqlite: join(cwd, 'nodes/midland-02.db'), table: 'logs', labels: {}, timeZone: 'UTC' },
  ])
  expect(config.stateDir).toBe(join(cwd, 'var'))
  expect(config.store).toEqual({ kind: 'embedded', folder: join(cwd, 'objects'), region: 'us-west-2' })
  expect(config.buckets.names['hot']).toBe('acme-hot')
  expect(config.upload).toMatchObject({
    workers: 3,
    parquetProfile: 'compatible',
    bytesPerSecond: 12_000,
    monthBudgetBytes: 500_000_000,
    alwaysOn: ['emergency'],
  })
  expect(config.pipelines).toEqual({
    custom: [{ name: 'hot', bucket: 'acme-hot', sql: 'SELECT * FROM batch WHERE temperature > 80' }],
    contracts: [
      {
        table: 'readings',
        version: 2,
        columns: {
          temperature: { type: 'number', unit: 'celsius', min: -40, max: 60, required: true },
          status: { type: 'string', oneOf: ['ok', 'bad'], pattern: '^[a-z]+$' },
        },
      },
    ],
    emergency: {
      anomalyFlag: false,
      statusCodes: [2, 3],
      thresholds: [{ column: 'temperature', unit: 'celsius', above: 75 }],
    },
    windowSeconds: 300,
    autoSwitch: {
      enabled: true,
      column: 'temperature',
      onAbove: 80,
      offBelow: 70,
      holdSeconds: 30,
      timeoutSeconds: 3600,
    },
  })
})

test('an ad-hoc database stands alone, but keeps the settings of the node that has the same file', () => {
  const cwd = makeFolder({ 'fieldgate.yaml': FLEET })
  const known = loadConfig({ env: {}, cwd, flags: { sqlite: 'nodes/midland-02.db' } }).config.nodes
  expect(known).toMatchObject([{ id: 'midland-02', table: 'logs' }])
  const other = loadConfig({ env: {}, cwd, flags: { sqlite: 'elsewhere/edge.db' } }).config.nodes
  expect(other).toMatchObject([{ id: 'edge', sqlite: join(cwd, 'elsewhere/edge.db') }])
})

test('paths of a file are relative to the file, those of a flag or variable to the current folder', () => {
  const root = makeFolder({ 'site/fieldgate.yaml': 'sqlite: data/a.db\n', 'work/.keep': '' })
  const cwd = join(root, 'work')
  const { config } = loadConfig({ env: { STATE_DIR: 'st' }, cwd, file: '../site/fieldgate.yaml' })
  expect(config.workspace).toBe(join(root, 'site'))
  expect(config.nodes[0]?.sqlite).toBe(join(root, 'site/data/a.db'))
  expect(config.stateDir).toBe(join(cwd, 'st'))
  expect(loadConfig({ env: {}, cwd, workspace: '../site' }).config.file).toBe(join(root, 'site/fieldgate.yaml'))
})

test('without a bucket the embedded store is used; naming one switches to s3', () => {
  const cwd = makeFolder({ 'fieldgate.yaml': 'sqlite: a.db\n' })
  expect(loadConfig({ env: {}, cwd }).config.store.kind).toBe('embedded')
  expect(loadConfig({ env: { AWS_REGION: 'us-east-1' }, cwd }).config.store.kind).toBe('embedded')
  expect(loadConfig({ env: { S3_PREFIX: 'acme' }, cwd }).config.store.kind).toBe('s3')
  const endpoint = { S3_ENDPOINT: 'http://127.0.0.1:9000', S3_PREFIX: 'acme' }
  expect(loadConfig({ env: endpoint, cwd }).config.store).toMatchObject({ kind: 's3', forcePathStyle: true })
})

test("SENSOR_DB_PATH of the seed's examples counts only when nothing else names a database", () => {
  const cwd = makeFolder({ 'a.db': '', 'sub/fieldgate.yaml': 'sqlite: b.db\n' })
  expect(loadConfig({ env: { SENSOR_DB_PATH: 'a.db' }, cwd }).config.nodes[0]?.id).toBe('a')
  const own = loadConfig({ env: { SENSOR_DB_PATH: '../a.db' }, cwd: join(cwd, 'sub') })
  expect(own.config.nodes[0]?.id).toBe('b')
})

test('every value says where it came from, and secrets are not shown', () => {
  const cwd = makeFolder({ 'fieldgate.yaml': 'sqlite: a.db\ninterval: ${EVERY:-12}\nbuckets: { prefix: acme }\n' })
  const env = { AWS_ACCESS_KEY_ID: 'AKIAHIDDEN', AWS_SECRET_ACCESS_KEY: 'hidden-too' }
  const fields = settingFields(loadConfig({ env, cwd, flags: { 'upload.workers': 4 } }))
  const field = (path: string) => fields.find((candidate) => candidate.path === path)
  expect(field('upload.interval_seconds')).toMatchObject({ value: 12, origin: 'file', source: 'fieldgate.yaml:2' })
  expect(field('upload.workers')).toMatchObject({ value: 4, origin: 'flag', source: '--workers' })
  expect(field('upload.compression')).toMatchObject({ value: 'snappy', origin: 'default', source: undefined })
  expect(field('store.secret_access_key')).toMatchObject({ value: '(set)', origin: 'environment' })
  expect(field('buckets.names.raw')).toMatchObject({
    value: 'acme-databricks-raw-us-west-2',
    source: 'fieldgate.yaml:3',
  })
  expect(JSON.stringify(fields)).not.toMatch(/AKIAHIDDEN|hidden-too/)
})

test('a secret written into the file is remarked upon without being repeated', () => {
  const cwd = makeFolder({
    'fieldgate.yaml':
      'sqlite: a.db\nbuckets: { prefix: acme }\nstore: { access_key_id: AKIAX, secret_access_key: hunter2 }\n',
  })
  const { notices } = loadConfig({ env: {}, cwd })
  expect(notices).toHaveLength(2)
  expect(notices.join()).not.toContain('hunter2')
})
