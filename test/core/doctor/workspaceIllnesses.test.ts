import { copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findLedgerProblems } from '../../../electron/core/db/ledger/integrity.ts'
import { diskCheck } from '../../../electron/core/doctor/checks/disk.ts'
import { createEngineDoctor } from '../../../electron/core/handlers/doctor.ts'
import { createDiskHistory } from '../../../electron/core/doctor/diskHistory.ts'
import type { DoctorPorts } from '../../../electron/core/doctor/port.ts'
import { setPipeline } from '../../../electron/core/pipelines/pipelineManager.ts'
import { createDoctorBench } from '../../helpers/doctorBench.ts'
import type { NodeSummary } from '../../../shared/domain/node.ts'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import type { DoctorBench } from '../../helpers/doctorBench.ts'
import { queryForeign } from '../../helpers/pipelineTables.ts'
import { fail, startQuirkyServer } from '../objects/quirkyServer.ts'
import type { Quirks } from '../objects/quirkyServer.ts'
import { inProcess, openEmbedded, overTheWire } from '../objects/stores.ts'

let bench: DoctorBench
let path: string
const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'not-a-real-secret' }

beforeEach(() => {
  bench = createDoctorBench(2)
  path = bench.paths[0] as string
  queryForeign(bench.paths[1] as string, "UPDATE sensor_readings SET sensor_id = 'SENSOR_OK_002'")
})
afterEach(() => bench.close())

const healthy = async (check: string): Promise<boolean> => (await bench.ill(check)).length === 0
const insert = (value: string): unknown =>
  queryForeign(
    path,
    `INSERT INTO sensor_readings (timestamp, sensor_id, temperature) VALUES ('2026-03-01T00:00:01Z', 'S', ${value})`,
  )

describe('the bucket', () => {
  test('that does not exist is an illness in an account, and made with the first delivery in the embedded store', async () => {
    bench.useStore(inProcess(openEmbedded()))
    expect(await healthy('bucket')).toBe(true)
    bench.configure((config) => ({
      ...config,
      store: { kind: 's3', region: 'us-west-2', forcePathStyle: true, credentials: { kind: 'chain' } },
    }))
    const store = inProcess(openEmbedded())
    bench.useStore(store)
    expect((await bench.ill('bucket'))[0]).toMatchObject({
      verdict: 'bad',
      title: 'There is no such bucket',
      subject: 'bench-databricks-raw-us-west-2',
      isFixable: false,
      remedy: { command: 'fieldgate buckets create' },
    })
    await store.ensureBucket('bench-databricks-raw-us-west-2')
    expect(await healthy('bucket')).toBe(true)
  })

  test.each<[string, Quirks['intercept'], string, RegExp]>([
    [
      'refuses with 403: which action',
      (_request, response) => (fail(response, 403, 'AccessDenied', 'Access Denied'), true),
      'The bucket refuses access',
      /s3:ListBucket/,
    ],
    [
      'is in another region: which',
      (_request, response) => (
        fail(response, 301, 'PermanentRedirect', 'moved', { 'x-amz-bucket-region': 'eu-north-1' }),
        true
      ),
      'The bucket is in another region',
      /eu-north-1/,
    ],
    [
      'meets expired credentials',
      (_request, response) => (fail(response, 400, 'ExpiredToken', 'The provided token has expired.'), true),
      'The credentials are not accepted',
      /expired/,
    ],
    [
      'meets a key the store does not know',
      (_request, response) => (fail(response, 403, 'InvalidAccessKeyId'), true),
      'The credentials are not accepted',
      /access key/,
    ],
  ])('%s', { timeout: 20_000 }, async (_name, intercept, title, evidence) => {
    let isIll = true
    const server = await startQuirkyServer({
      intercept: (request, response, body) => {
        if (isIll) return intercept?.(request, response, body) ?? false
        response.writeHead(200, { 'content-type': 'application/xml' })
        response.end('<?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>')
        return true
      },
    })
    bench.useStore(overTheWire(server.endpoint, keys))
    const [finding] = await bench.ill('bucket')
    expect(finding).toMatchObject({ verdict: 'bad', title, evidence: expect.stringMatching(evidence) })
    expect(finding?.remedy?.detail.length).toBeGreaterThan(10)
    isIll = false
    expect(await healthy('bucket')).toBe(true)
  })

  test('behind a dead endpoint is out of reach, not denied', { timeout: 20_000 }, async () => {
    bench.useStore(overTheWire('http://127.0.0.1:9', keys))
    expect((await bench.ill('bucket'))[0]).toMatchObject({ title: 'The store does not answer' })
  })
})

describe('the store', () => {
  test('without conditional writes is watched', async () => {
    const server = await startQuirkyServer({ conditional: '501' })
    bench.useStore(overTheWire(server.endpoint, keys))
    await bench.upload()
    expect(await bench.ill('conditionalPut')).toMatchObject([
      { verdict: 'warn', title: 'The store has no conditional writes' },
    ])
    const modern = await startQuirkyServer({})
    bench.useStore(overTheWire(modern.endpoint, keys))
    insert('1')
    await bench.upload()
    expect(await healthy('conditionalPut')).toBe(true)
  })

  test('whose clock differs makes this computer’s clock suspect', async () => {
    let skewMs = 20 * 60_000
    const facts = () => ({ conditionalWrites: 'enforced', checksums: 'always', skewMs }) as const
    bench.useStore({ ...bench.store, facts })
    expect(await bench.ill('storeClock')).toMatchObject([
      { verdict: 'bad', evidence: 'This computer is 20 min behind the store.' },
    ])
    skewMs = -90_000
    expect(await bench.ill('storeClock')).toMatchObject([
      { verdict: 'warn', evidence: 'This computer is 1 min 30 s ahead of the store.' },
    ])
    skewMs = 500
    expect(await healthy('storeClock')).toBe(true)
  })
})

describe('the uploader', () => {
  test('stalled names cause, retry and remedy, and goes on when told', async () => {
    bench.store.cutUntilMs = Number.POSITIVE_INFINITY
    await bench.upload()
    bench.clock.advance(120_000)
    const [finding] = await bench.ill('stalled')
    expect(finding).toMatchObject({ verdict: 'bad', subject: 'n1' })
    expect(finding?.evidence).toMatch(/Failing for/)
    bench.store.cutUntilMs = Number.NEGATIVE_INFINITY
    bench.clock.advance(3_600_000)
    await bench.upload()
    expect(await healthy('stalled')).toBe(true)
  })

  test('that died in trouble is told by its ledger, also by another process', async () => {
    const cut = new FieldgateError('unavailable', 'The store did not answer in time.', {
      details: { action: 's3:PutObject' },
    })
    bench.useStore({ ...bench.store, putIfAbsent: async () => Promise.reject(cut) })
    await bench.upload()
    bench.clock.advance(300_000)
    // A new uploader has not looked yet; what is known is in the ledger.
    bench.useStore(bench.store)
    expect(await bench.ill('stalled')).toMatchObject([
      { title: 'No link to the store' },
      { title: 'No link to the store' },
    ])
    await bench.upload()
    expect(await healthy('stalled')).toBe(true)
  })

  test('that does not run leaves rows waiting, and that is told', async () => {
    const line = (backlog: number, lastDeliveryMs: number | undefined) =>
      [
        { nodeId: 'n1', backlog, lastDeliveryMs, failure: undefined, drain: { kind: 'growing' } } as NodeSummary,
      ] as const
    bench.summaries = line(12, bench.clock.now() - 600_000)
    expect(await bench.ill('uploading')).toMatchObject([
      { verdict: 'warn', title: 'Nobody uploads this node', evidence: '12 rows wait. Last delivery 10 min ago.' },
    ])
    bench.ledger
      .sql('INSERT INTO leases VALUES (?, ?, ?, ?, ?, ?)')
      .run('n1', 'theirs', 4711, 'h', 0, bench.clock.now() + 60_000)
    expect(await healthy('uploading')).toBe(true)
    bench.ledger.sql('DELETE FROM leases').run()
    bench.summaries = line(0, undefined)
    expect(await healthy('uploading')).toBe(true)
  })

  test('on a node that another one holds says who', async () => {
    bench.ledger
      .sql('INSERT INTO leases VALUES (?, ?, ?, ?, ?, ?)')
      .run('n1', 'theirs', 4711, 'other-host', 0, bench.clock.now() + 60_000)
    await bench.upload()
    expect(await bench.ill('stalled')).toMatchObject([
      {
        verdict: 'warn',
        subject: 'n1',
        title: 'Another uploader serves this node',
        evidence: expect.stringMatching(/process 4711 on other-host/),
      },
    ])
    bench.ledger.sql('DELETE FROM leases').run()
    await bench.upload()
    expect(await healthy('stalled')).toBe(true)
  })

  test('that has not picked up a pipeline change is told, and does at the next look', async () => {
    await bench.upload()
    setPipeline(path, { type: 'schematized', by: 'me', reason: undefined, backfill: false, atMs: 0, customTypes: [] })
    expect(await bench.ill('pipelineChange')).toMatchObject([
      {
        verdict: 'warn',
        isFixable: true,
        evidence: 'The database says schematized (change 1); the uploader works with raw.',
      },
    ])
    await bench.fix('pipelineChange:n1')
    await bench.upload()
    expect(await healthy('pipelineChange')).toBe(true)
  })

  test('that finds an unknown type waits for a person', async () => {
    queryForeign(path, 'CREATE TABLE pipeline_config (id INTEGER PRIMARY KEY, pipeline_type TEXT, created_at TEXT)')
    queryForeign(path, "INSERT INTO pipeline_config VALUES (1, 'bogus', '2026-01-01')")
    expect(await bench.ill('pipelineChange')).toMatchObject([
      { verdict: 'bad', title: 'The pipeline type is unknown', isFixable: false },
    ])
    setPipeline(path, { type: 'raw', by: 'me', reason: undefined, backfill: false, atMs: 0, customTypes: [] })
    await bench.upload()
    expect(await healthy('pipelineChange')).toBe(true)
  })

  test('that rejects row after row is told with the commonest reason', async () => {
    setPipeline(path, { type: 'schematized', by: 'me', reason: undefined, backfill: false, atMs: 0, customTypes: [] })
    for (let row = 0; row < 25; row++) insert("'hot'")
    await bench.upload()
    expect(await bench.ill('quarantine')).toMatchObject([
      { verdict: 'warn', evidence: expect.stringMatching(/temperature is text, not a number \(25 rows\)/) },
    ])
    bench.clock.advance(2 * 3_600_000)
    expect(await healthy('quarantine')).toBe(true)
  })
})

describe('a node', () => {
  test('that is there twice is named: by file, by copied rows, by a name taken', async () => {
    await bench.upload()
    expect(await healthy('duplicateNode')).toBe(true)
    const copy = join(bench.folder, 'copy.db')
    queryForeign(path, 'PRAGMA wal_checkpoint(TRUNCATE)')
    copyFileSync(path, copy)
    bench.configure((config) => ({
      ...config,
      nodes: [
        ...config.nodes,
        { id: 'n3', sqlite: path, labels: {}, timeZone: 'UTC' },
        { id: 'n4', sqlite: copy, labels: {}, timeZone: 'UTC' },
      ],
    }))
    const found = await bench.ill('duplicateNode')
    expect(found.map((finding) => [finding.subject, finding.verdict])).toEqual([
      ['n1 and n3', 'bad'],
      ['n1 and n4', 'bad'],
    ])
    bench.configure((config) => ({ ...config, nodes: config.nodes.slice(0, 2) }))
    bench.ledger.sql("UPDATE objects SET state = 'conflict' WHERE rowid = (SELECT MIN(rowid) FROM objects)").run()
    expect(await bench.ill('duplicateNode')).toMatchObject([
      { evidence: expect.stringMatching(/1 object names of n\d are taken/) },
    ])
  })
})

describe('the ledger', () => {
  test.each([
    [
      "UPDATE cursors SET acked_seq = claimed_seq + 5 WHERE node_id = 'n1'",
      /acknowledges more than was claimed \(n1\)/,
    ],
    ["UPDATE objects SET state = 'encoded'", /object that is not stored/],
    ["UPDATE executions SET state = 'claimed' WHERE node_id = 'n1'", /passed an execution that did not succeed \(n1\)/],
    ['UPDATE executions SET kept_rows = kept_rows - 1', /does not account for every row/],
    [
      "INSERT INTO executions (node_id, table_name, epoch, route, kind, state, pipeline_revision, bucket, from_seq, to_seq, request_id, claimed_at_ms) SELECT node_id, table_name, epoch, route, kind, state, 0, bucket, from_seq, to_seq, request_id, 0 FROM executions WHERE node_id = 'n1'",
      /delivered the same rows \(n1\)/,
    ],
  ])('that says impossible things is told: %s', async (sql, sentence) => {
    await bench.upload()
    expect(findLedgerProblems(bench.ledger)).toEqual([])
    bench.ledger.database.exec(sql)
    const [finding] = await bench.ill('ledger')
    expect(finding).toMatchObject({ verdict: 'bad', isFixable: false, evidence: expect.stringMatching(sentence) })
  })
})

test('a ledger that cannot be read is the finding, and the other checks go on', async () => {
  Object.assign(bench.deps, {
    readLedger: () => {
      throw new FieldgateError('corrupt', 'The ledger ledger.db is damaged: page 3.')
    },
  })
  // Made anew: a doctor takes its sources when it is made.
  const doctor = createEngineDoctor(bench.deps, {
    pool: () => ({ run: async () => ({ problems: [], isReadable: true }) as never }),
    summaries: () => [],
  })
  const report = await doctor.run(undefined, new AbortController().signal)
  expect(report.findings[0]).toMatchObject({
    check: 'ledger',
    verdict: 'bad',
    evidence: 'The ledger ledger.db is damaged: page 3.',
  })
  expect(report.findings.find((finding) => finding.check === 'quarantine')).toMatchObject({ verdict: 'skipped' })
  expect(report.findings.find((finding) => finding.check === 'readable')).toMatchObject({ verdict: 'ok' })
})

describe('the disk', () => {
  const at = (freeBytes: number, atMs: number, disk = createDiskHistory()): Partial<DoctorPorts> => ({
    config: bench.deps.config,
    clock: { ...bench.clock, now: () => atMs },
    freeSpace: () => ({ freeBytes, totalBytes: (100 << 20) << 10 }),
    disk,
  })
  const judge = async (ports: Partial<DoctorPorts>) => (await diskCheck.examine(ports as DoctorPorts))[0]

  test('is judged by what is left and by when it will be full', async () => {
    expect(await judge(at(50e9, 0))).toMatchObject({ verdict: 'ok' })
    expect(await judge(at(500 << 20, 0))).toMatchObject({ verdict: 'warn' })
    expect(await judge(at(100 << 20, 0))).toMatchObject({
      verdict: 'bad',
      notice: { message: '100 MiB left on the disk' },
    })
    const history = createDiskHistory()
    await judge(at(20e9, 0, history))
    const later = await judge(at(18e9, 3_600_000, history))
    expect(later).toMatchObject({ verdict: 'warn', evidence: expect.stringMatching(/full in 9 h/) })
  })

  test('of this computer is looked at once, however many nodes lie on it', async () => {
    const report = await bench.run()
    expect(report.findings.filter((finding) => finding.check === 'disk').length).toBeLessThanOrEqual(2)
    rmSync(path)
  })
})

test('a repair of something unknown or healthy is refused', async () => {
  await expect(bench.fix('nonsense')).rejects.toThrow(/no check/)
  await expect(bench.fix('walSize:n1')).rejects.toThrow(/nothing to repair/)
})
