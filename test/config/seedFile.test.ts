import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadConfig } from '../../electron/core/config/loadConfig.ts'
import { makeFolder, SEED_FILE } from './workspaces.ts'

const SEED_NAME = 'databricks-uploader-config.yaml'

test("the seed's file is understood key by key", () => {
  const cwd = makeFolder({ [SEED_NAME]: SEED_FILE })
  const { config, notices } = loadConfig({ env: {}, cwd })
  expect(notices).toEqual([])
  expect(config.nodes).toEqual([
    {
      id: 'sensor_data',
      sqlite: join(cwd, '..', 'sample-sensor/data/sensor_data.db'),
      table: 'sensor_readings',
      timestampColumn: 'timestamp',
      timeZone: 'UTC',
      labels: {},
    },
  ])
  expect(config.stateDir).toBe(join(cwd, 'state/s3-uploader'))
  expect(config.upload).toMatchObject({
    intervalSeconds: 30,
    maxBatchRows: 500,
    targetObjectBytes: 50_000_000,
    compression: 'snappy',
  })
  expect(config.autoDetect).toBe(true)
  expect(config.store).toEqual({
    kind: 's3',
    region: 'us-west-2',
    forcePathStyle: false,
    credentials: { kind: 'chain' },
  })
  expect(config.buckets.names['emergency']).toBe('your-company-databricks-emergency-us-west-2')
  expect(Object.isFrozen(config.buckets.names)).toBe(true)
})

test("the seed's environment variables override its file, and flags override them", () => {
  const cwd = makeFolder({ [SEED_NAME]: SEED_FILE })
  const env = {
    SQLITE_PATH: 'custom/sensor.db',
    UPLOAD_INTERVAL: '60',
    STATE_DIR: '/var/lib/uploader/state',
    ONCE: 'true',
    MAX_BATCH_SIZE: '1000',
    S3_REGION: 'eu-west-1',
    S3_BUCKET_RAW: 'other-raw',
    AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret-example',
  }
  const { config, isOnce } = loadConfig({ env, cwd })
  expect(config.nodes.map((node) => node.sqlite)).toEqual([join(cwd, 'custom/sensor.db')])
  expect(config.upload.intervalSeconds).toBe(60)
  expect(config.upload.maxBatchRows).toBe(1000)
  expect(config.stateDir).toBe('/var/lib/uploader/state')
  expect(isOnce).toBe(true)
  expect(config.buckets.names['raw']).toBe('other-raw')
  expect(config.buckets.names['aggregated']).toBe('your-company-databricks-aggregated-us-west-2')
  expect(config.store).toMatchObject({
    region: 'eu-west-1',
    credentials: { kind: 'static', accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret-example' },
  })
  const flagged = loadConfig({ env, cwd, flags: { 'upload.interval_seconds': 5, sqlite: 'flag.db' } })
  expect(flagged.config.upload.intervalSeconds).toBe(5)
  expect(flagged.config.nodes[0]?.sqlite).toBe(join(cwd, 'flag.db'))
})

test('a prefix in the environment names the buckets anew, because it outranks the names of the file', () => {
  const cwd = makeFolder({ [SEED_NAME]: SEED_FILE })
  const { config } = loadConfig({ env: { S3_PREFIX: 'expanso', S3_BUCKET_EMERGENCY: 'alarms-here' }, cwd })
  expect(config.buckets.names).toEqual({
    raw: 'expanso-databricks-raw-us-west-2',
    schematized: 'expanso-databricks-schematized-us-west-2',
    aggregated: 'expanso-databricks-aggregated-us-west-2',
    emergency: 'alarms-here',
  })
})

test('AWS_REGION signs requests but never renames buckets that the file names', () => {
  const cwd = makeFolder({ 'fieldgate.yaml': 'sqlite: a.db\nbuckets: { prefix: acme, region: us-east-1 }\n' })
  const { config } = loadConfig({ env: { AWS_REGION: 'eu-north-1' }, cwd })
  expect(config.store.region).toBe('eu-north-1')
  expect(config.buckets.names['raw']).toBe('acme-databricks-raw-us-east-1')
})

test('keys of earlier systems are understood, or named as without effect', () => {
  const cwd = makeFolder({
    [SEED_NAME]: `
sqlite_path: edge.db
sqlite_table_name: logs
upload_interval: 15
once: true
s3_prefix: acme
s3_region: us-west-2
s3_configuration: { enabled: true, buckets: { ingestion: acme-in, regional: acme-regional } }
aggregate_config: { window_minutes: 5, group_by: [sensor_id] }
processing_mode: raw
fuzz_factor: 0.1
`,
  })
  const { config, isOnce, notices } = loadConfig({ env: {}, cwd })
  expect(config.nodes[0]).toMatchObject({ sqlite: join(cwd, 'edge.db'), table: 'logs' })
  expect(config.upload.intervalSeconds).toBe(15)
  expect(isOnce).toBe(true)
  expect(config.buckets.names).toMatchObject({ raw: 'acme-in', aggregated: 'acme-regional' })
  expect(config.pipelines.windowSeconds).toBe(300)
  expect(notices).toHaveLength(3)
  expect(notices.find((notice) => notice.includes('"processing_mode"'))).toMatch(/:10: .*fieldgate pipeline set/)
})

test("the seed's credentials folder and .env are read, the environment wins over both", () => {
  const cwd = makeFolder({
    'fieldgate.yaml': 'sqlite: a.db\n',
    'credentials/expanso-s3-env.sh':
      '#!/bin/sh\nexport AWS_ACCESS_KEY_ID="from-file"\nexport AWS_SECRET_ACCESS_KEY=\'s-file\'\nexport S3_PREFIX=acme\nexport S3_BUCKET_RAW="${S3_PREFIX}-raw"\n',
    'credentials/expanso-databricks-s3.yaml':
      's3_bucket_prefix: "acme"\ns3_region: "us-west-2"\ns3_buckets:\n  schematized: acme-clean\n',
    '.env': 'UPLOAD_INTERVAL=90 # comment\nNODE_ID=edge-7\n',
  })
  const { config, values } = loadConfig({ env: {}, cwd })
  expect(config.store).toMatchObject({ credentials: { accessKeyId: 'from-file', secretAccessKey: 's-file' } })
  expect(config.buckets.names).toMatchObject({ raw: 'acme-raw', schematized: 'acme-databricks-schematized-us-west-2' })
  expect(config.upload.intervalSeconds).toBe(90)
  expect(config.nodes[0]?.id).toBe('edge-7')
  expect(values.get('upload.interval_seconds')?.source).toBe('UPLOAD_INTERVAL (.env:1)')
  expect(values.get('store.access_key_id')?.source).toBe('AWS_ACCESS_KEY_ID (credentials/expanso-s3-env.sh:2)')
  const env = {
    UPLOAD_INTERVAL: '7',
    AWS_ACCESS_KEY_ID: 'from-env',
    AWS_SECRET_ACCESS_KEY: 's-env',
    AWS_SESSION_TOKEN: 't',
  }
  const overridden = loadConfig({ env, cwd }).config
  expect(overridden.upload.intervalSeconds).toBe(7)
  expect(overridden.store).toMatchObject({
    credentials: { kind: 'static', accessKeyId: 'from-env', secretAccessKey: 's-env', sessionToken: 't' },
  })
})

test('an access key never meets a secret from another place', () => {
  const cwd = makeFolder({
    'fieldgate.yaml': 'sqlite: a.db\nbuckets: { prefix: acme }\n',
    'credentials/x-s3-env.sh': 'export AWS_SECRET_ACCESS_KEY=old\n',
  })
  expect(() => loadConfig({ env: { AWS_ACCESS_KEY_ID: 'new' }, cwd })).toThrow(
    /AWS_ACCESS_KEY_ID has no secret key beside it/,
  )
})
