import { afterEach, describe, expect, test } from 'vitest'
import { buildJob, nodeConfigYaml } from '../../../electron/core/handoff/bacalhau/jobs.ts'
import type { JobRequest, JobSettings } from '../../../electron/core/handoff/bacalhau/jobs.ts'
import { jobToYaml, parseJob, parseJobYaml } from '../../../electron/core/handoff/bacalhau/jobSchema.ts'
import { createBacalhauEngine } from '../../../electron/core/handoff/engines/bacalhau.ts'
import { missingDaemons, resultGrid } from '../../../electron/core/handoff/engines/grid.ts'
import { planWaves, runRollout } from '../../../electron/core/handoff/engines/rollout.ts'
import { startBacalhauFake } from '../../helpers/bacalhauFake.ts'
import type { BacalhauFake } from '../../helpers/bacalhauFake.ts'
import { createFakeClock } from '../../helpers/fakeClock.ts'

const settings: JobSettings = {
  image: 'registry.example/fieldgate@sha256:0000000000000000000000000000000000000000000000000000000000000000',
  namespace: 'default',
  dataFolder: '/var/lib/fieldgate/data',
  stateFolder: '/var/lib/fieldgate/state',
  databaseFile: 'sensor_data.db',
  region: 'us-west-2',
  bucketPrefix: 'acme',
  intervalSeconds: 300,
  credentialVariables: { accessKeyId: 'EDGE_KEY_ID', secretAccessKey: 'EDGE_SECRET' },
}
const identity = { actionId: 'a1', suffix: '20261125-a1' }
const setPipeline: JobRequest = {
  kind: 'setPipeline',
  type: 'emergency',
  by: 'ana',
  reason: 'coolant alarm',
  backfill: false,
}
const REQUESTS: readonly JobRequest[] = [
  { kind: 'simulator', ratePerSecond: 1, scenario: 'quiet-day' },
  { kind: 'uploader' },
  setPipeline,
  { kind: 'status' },
  { kind: 'uploadNow' },
  { kind: 'doctor', reportBucket: 'acme-diagnostics' },
]

const fakes: BacalhauFake[] = []

async function start(
  options: Parameters<typeof startBacalhauFake>[0] = {},
  credential: string | undefined = options.apiKey,
) {
  const fake = await startBacalhauFake(options)
  fakes.push(fake)
  const engine = createBacalhauEngine({
    url: fake.url,
    credential: credential === undefined ? { kind: 'none' } : { kind: 'apiKey', apiKey: credential },
    fetch,
    timeoutMs: 5_000,
  })
  return { fake, engine }
}

afterEach(async () => {
  await Promise.all(fakes.splice(0).map((fake) => fake.close()))
})

describe('a job spec', () => {
  test.each(REQUESTS)('of kind $kind survives its own YAML and the strict schema', (request) => {
    const job = buildJob(request, { labels: { fleet: 'acme' } }, settings, identity)
    expect(parseJobYaml(jobToYaml(job))).toEqual(job)
  })

  test('an unknown key anywhere is refused, because the orchestrator would drop it silently', () => {
    const job = buildJob({ kind: 'status' }, { names: ['n1'] }, settings, identity)
    expect(() => parseJob({ ...job, Constraint: [] })).toThrow(/Unrecognized key.*Constraint/)
    const [task] = job.Tasks
    expect(() => parseJob({ ...job, Tasks: [{ ...task, Network: { Type: 'None', Domain: [] } }] })).toThrow(
      /Tasks\.0\.Network/,
    )
  })

  test('a literal secret is refused', () => {
    const job = buildJob({ kind: 'uploader' }, { labels: { fleet: 'acme' } }, settings, identity)
    const [task] = job.Tasks
    const leaky = { ...job, Tasks: [{ ...task, Env: { ...task?.Env, AWS_SECRET_ACCESS_KEY: 'wJalr' } }] }
    expect(() => parseJob(leaky)).toThrow(/must be a reference/)
    expect(jobToYaml(job)).toContain('AWS_SECRET_ACCESS_KEY: env:EDGE_SECRET')
  })

  test('a job for every node is refused', () => {
    expect(() => buildJob(setPipeline, {}, settings, identity)).toThrow(/without constraints/)
  })

  test('a daemon keeps its name, an ops job gets its own', () => {
    expect(buildJob({ kind: 'uploader' }, { names: ['n1'] }, settings, identity).Name).toBe('fieldgate-uploader')
    expect(buildJob(setPipeline, { names: ['n1'] }, settings, identity).Name).toBe('fieldgate-set-pipeline-20261125-a1')
  })

  test('the node configuration anchors the names of its environment list', () => {
    expect(nodeConfigYaml(settings, { fleet: 'acme' })).toContain('- "^EDGE_SECRET$"')
  })
})

describe('the Bacalhau engine', () => {
  test('lists compute nodes with the connection field that tells the truth', async () => {
    const { fake, engine } = await start()
    fake.nodes.push({ id: 'n-1' }, { id: 'n-2', status: 'DISCONNECTED', membership: 'PENDING', storage: [] })
    expect(await engine.nodes()).toMatchObject([
      { id: 'n-1', isConnected: true, membership: 'approved', canMount: true },
      { id: 'n-2', isConnected: false, membership: 'pending', canMount: false },
    ])
  })

  test('warns of an orchestrator that answers everybody', async () => {
    const open = await start()
    expect(await open.engine.connect()).toMatchObject({ version: 'v1.9.3', isOpen: true })
    const closed = await start({ apiKey: 'k'.repeat(24) })
    expect(await closed.engine.connect()).toMatchObject({ isOpen: false })
  })

  test('tells an unknown credential from one that may not, and prints neither', async () => {
    const secret = 'planted-secret-000000000'
    const unknown = await start({ apiKey: 'k'.repeat(24) }, secret)
    const refused = await unknown.engine.nodes().catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: 'denied', message: expect.stringContaining('does not know') as unknown })
    expect(`${JSON.stringify(refused)}${(refused as Error).stack}`).not.toContain(secret)
    const reader = await start({ apiKey: secret, readOnly: true })
    const job = buildJob({ kind: 'status' }, { names: ['n-1'] }, settings, identity)
    await expect(reader.engine.submit(job)).rejects.toMatchObject({
      message: expect.stringContaining('may not do this') as unknown,
    })
  })

  test('never acts on the beginning of a node id', async () => {
    const { fake, engine } = await start()
    fake.nodes.push({ id: 'n-10', membership: 'PENDING' })
    await expect(engine.decide('n-1', 'approve', 'new')).rejects.toMatchObject({ code: 'notFound' })
    expect(fake.nodes[0]?.membership).toBe('PENDING')
    await engine.decide('n-10', 'approve', 'new')
    expect(fake.nodes[0]?.membership).toBe('APPROVED')
  })

  test('previews a new job as new and a changed one as a difference', async () => {
    const { engine } = await start()
    const job = buildJob({ kind: 'uploader' }, { labels: { fleet: 'acme' } }, settings, identity)
    expect(await engine.preview(job)).toBeUndefined()
    await engine.submit(job)
    expect(await engine.preview(job)).toBe('')
    expect(await engine.preview({ ...job, Labels: { ...job.Labels, extra: 'x' } })).toContain('fieldgate-uploader')
  })

  test('a completed run with exit code 1 has failed', async () => {
    const { fake, engine } = await start()
    fake.nodes.push({ id: 'n-1' }, { id: 'n-2' }, { id: 'n-3' })
    fake.run = (nodeId) => ({ exitCode: nodeId === 'n-1' ? 0 : nodeId === 'n-2' ? 1 : -1, stdout: '' })
    const { jobId } = await engine.submit(buildJob(setPipeline, { names: ['n-1', 'n-2', 'n-3'] }, settings, identity))
    expect((await engine.job(jobId)).state).toBe('Completed')
    const outcomes = (await engine.executions(jobId)).map((execution) => execution.outcome)
    expect(outcomes).toEqual(['succeeded', 'failed', 'unknown'])
  })

  test('says when output was cut', async () => {
    const { fake, engine } = await start()
    fake.nodes.push({ id: 'n-1' })
    fake.run = () => ({ exitCode: 0, stdout: 'x'.repeat(5_000) })
    const { jobId } = await engine.submit(buildJob({ kind: 'status' }, { names: ['n-1'] }, settings, identity))
    expect(await engine.executions(jobId)).toMatchObject([{ isCut: true, stdout: 'x'.repeat(2048) }])
  })

  test('reads nanosecond times without losing the day', async () => {
    const { fake, engine } = await start()
    fake.nodes.push({ id: 'n-1' })
    await engine.submit(buildJob({ kind: 'status' }, { names: ['n-1'] }, settings, identity))
    expect((await engine.job('fieldgate-status')).modifiedAtMs).toBe(1780000000123)
  })

  test('pages through every job of the fleet', async () => {
    const { engine } = await start()
    for (let i = 0; i < 130; i++) {
      await engine.submit(buildJob(setPipeline, { names: ['n-1'] }, settings, { actionId: `a${i}`, suffix: `a${i}` }))
    }
    expect(new Set((await engine.jobs()).map((job) => job.name)).size).toBe(130)
  })

  test('stops with the reason in the body, and shows history with its hint', async () => {
    const { fake, engine } = await start()
    fake.nodes.push({ id: 'n-1' })
    await engine.submit(buildJob({ kind: 'uploader' }, { names: ['n-1'] }, settings, identity))
    await engine.stop('fieldgate-uploader', 'maintenance')
    expect(fake.seen.at(-1)).toMatchObject({ method: 'DELETE', body: { reason: 'maintenance' } })
    expect(await engine.history('fieldgate-uploader')).toMatchObject([{ isError: true, hint: 'Pre-pull the image.' }])
  })

  test('an address where nobody listens is unavailable, with what to check', async () => {
    const engine = createBacalhauEngine({
      url: 'http://127.0.0.1:9',
      credential: { kind: 'none' },
      fetch,
      timeoutMs: 2_000,
    })
    await expect(engine.nodes()).rejects.toMatchObject({
      code: 'unavailable',
      hint: expect.stringContaining('1234') as unknown,
    })
  })
})

describe('the result grid', () => {
  test('lists nodes that were skipped because they were offline, to be tried again', async () => {
    const { fake, engine } = await start()
    fake.nodes.push({ id: 'n-1' }, { id: 'n-2', status: 'DISCONNECTED' }, { id: 'n-3', membership: 'PENDING' })
    const { jobId } = await engine.submit(
      buildJob(setPipeline, { names: ['n-1', 'n-2', 'n-3', 'n-4'] }, settings, identity),
    )
    const grid = resultGrid(['n-1', 'n-2', 'n-3', 'n-4'], await engine.nodes(), await engine.executions(jobId))
    expect(grid.map((result) => [result.nodeId, result.outcome, result.message])).toEqual([
      ['n-1', 'succeeded', ''],
      ['n-2', 'skipped', 'offline when the job ran; try again later'],
      ['n-3', 'skipped', 'waits for approval'],
      ['n-4', 'skipped', 'unknown to the orchestrator'],
    ])
  })

  test('a daemon that ended twice on a node is missing there until a new version', async () => {
    const { fake, engine } = await start()
    fake.nodes.push({ id: 'n-1' }, { id: 'n-2' })
    await engine.submit(buildJob({ kind: 'uploader' }, { names: ['n-1', 'n-2'] }, settings, identity))
    fake.endDaemon('fieldgate-uploader', 'n-1')
    expect(missingDaemons(await engine.nodes(), await engine.executions('fieldgate-uploader'))).toEqual([])
    fake.endDaemon('fieldgate-uploader', 'n-1')
    expect(missingDaemons(await engine.nodes(), await engine.executions('fieldgate-uploader'))).toMatchObject([
      { nodeId: 'n-1', ends: 2, remedy: expect.stringContaining('rerun') as unknown },
    ])
    await engine.rerun('fieldgate-uploader', 'two strikes')
    expect(missingDaemons(await engine.nodes(), await engine.executions('fieldgate-uploader'))).toEqual([])
  })
})

const options = (waves: readonly (readonly string[])[], errorThreshold: number) => ({
  request: setPipeline,
  settings,
  waves,
  errorThreshold,
  waveTimeoutMs: 60_000,
  actionId: 'a1',
  clock: createFakeClock(),
  signal: new AbortController().signal,
})

describe('a rollout in waves', () => {
  test('goes canary first, then the rest in batches', () => {
    expect(planWaves(['a', 'b', 'c', 'd', 'e'], ['c'], 2)).toEqual([['c'], ['a', 'b'], ['d', 'e']])
    expect(() => planWaves(['a'], ['z'], 1)).toThrow(/not among/)
  })

  test('halts before the next wave when too many nodes fail', async () => {
    const { fake, engine } = await start()
    fake.nodes.push(...['a', 'b', 'c', 'd'].map((id) => ({ id })))
    fake.run = () => ({ exitCode: 2, stdout: '' })
    const result = await runRollout(engine, options([['a'], ['b', 'c', 'd']], 0.2))
    expect(result.halted).toMatch(/1 of 1 nodes failed/)
    expect(result.notReached).toEqual(['b', 'c', 'd'])
  })

  test('runs to the end while failures stay below the threshold', async () => {
    const { fake, engine } = await start()
    fake.nodes.push(...['a', 'b', 'c', 'd'].map((id) => ({ id })))
    fake.run = (id) => ({ exitCode: id === 'd' ? 1 : 0, stdout: '' })
    const result = await runRollout(engine, options([['a'], ['b', 'c', 'd']], 0.3))
    expect(result.halted).toBeUndefined()
    expect(result.results.map((entry) => entry.outcome)).toEqual(['succeeded', 'succeeded', 'succeeded', 'failed'])
  })

  test('refuses a daemon', async () => {
    const { engine } = await start()
    await expect(runRollout(engine, { ...options([['a']], 0), request: { kind: 'uploader' } })).rejects.toThrow(
      /daemon/,
    )
  })
})
