import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { jobToYaml, parseJob, parseJobYaml } from '../../../electron/core/handoff/bacalhau/jobSchema.ts'
import type { JobSpec } from '../../../electron/core/handoff/bacalhau/jobSchema.ts'
import { createBacalhauEngine } from '../../../electron/core/handoff/engines/bacalhau.ts'
import type { BacalhauConnection } from '../../../electron/core/handoff/engines/bacalhauClient.ts'
import { whySkipped } from '../../../electron/core/handoff/engines/grid.ts'
import type { FleetEngine } from '../../../electron/core/handoff/engines/port.ts'
import { fleetSubjects } from './fleetSubjects.ts'

// What Fieldgate relies on from an orchestrator, and nothing that a stranger's fleet would notice: the long-lived job
// is bound to a node name that nobody has, and every job has a name of its own and is stopped at the end.
describe.each(fleetSubjects(process.env))('the fleet contract on $name', (subject) => {
  const own = `fieldgate-contract-${randomUUID().slice(0, 8)}`
  const limit = { timeout: subject.timeoutMs }
  const opened: string[] = []
  let engine: FleetEngine
  let connection: BacalhauConnection
  let server: Awaited<ReturnType<typeof subject.open>>

  beforeAll(async () => {
    server = await subject.open()
    connection = server.connection
    engine = createBacalhauEngine(connection)
  }, subject.timeoutMs)

  afterAll(async () => {
    for (const name of opened) await engine.stop(name, 'the contract test is over').catch(() => {})
    await server.close()
  }, subject.timeoutMs)

  const submit = (job: JobSpec): ReturnType<FleetEngine['submit']> => {
    opened.push(job.Name)
    return engine.submit(job)
  }

  test('it says its version, and whether it answers everybody', limit, async () => {
    const found = await engine.connect()
    expect(found.version).toMatch(/^v?\d+\.\d+/)
    expect(found.warnings.some((warning) => warning.includes('answers everybody'))).toBe(found.isOpen)
  })

  test('a key it does not know is refused where the door is shut, and is in no error', limit, async () => {
    const secret = `planted-${randomUUID()}`
    const stranger = createBacalhauEngine({ ...connection, credential: { kind: 'apiKey', apiKey: secret } })
    const { isOpen } = await engine.connect()
    const refusal: unknown = await stranger.nodes().then(
      () => ({ code: 'none' }),
      (error: unknown) => error,
    )
    expect(refusal).toMatchObject({ code: isOpen ? 'none' : 'denied' })
    expect(`${JSON.stringify(refusal)}${refusal instanceof Error ? refusal.stack : ''}`).not.toContain(secret)
  })

  test('nodes have an id, a membership and a word on why they would be skipped', limit, async () => {
    for (const node of await engine.nodes()) {
      expect(node.id).not.toBe('')
      expect(['pending', 'approved', 'rejected']).toContain(node.membership)
      expect(whySkipped(node)).not.toBe('unknown to the orchestrator')
      expect(node.lastHeartbeatMs ?? 1).toBeGreaterThan(0)
    }
  })

  test('a label selector that fits no node lists none', limit, async () => {
    expect(await engine.nodes(`fieldgate-contract=${own}`)).toEqual([])
  })

  test('a decision about a node that does not exist is refused before it is sent', limit, async () => {
    await expect(engine.decide(own, 'reject', 'contract test')).rejects.toMatchObject({ code: 'notFound' })
  })

  test('a job is new, then unchanged, then different; a rerun makes a version, a stop ends it', limit, async () => {
    const job = harmless(own)
    expect(await engine.preview(job)).toBeUndefined()
    const { jobId } = await submit(job)
    expect(jobId).not.toBe('')
    expect(await engine.preview(job)).toBe('')
    const changed = { ...job, Labels: { ...job.Labels, contract: 'changed' } }
    expect(await engine.preview(changed)).not.toBe('')
    await expect(engine.submit(job)).rejects.toMatchObject({
      message: expect.stringContaining('no changes') as unknown,
    })

    const found = await engine.job(own)
    expect(found).toMatchObject({ id: jobId, name: own, type: 'daemon', version: 1 })
    expect(found.modifiedAtMs).toBeGreaterThan(Date.UTC(2024, 0, 1))
    expect((await engine.jobs()).map((each) => each.name)).toContain(own)
    expect(await engine.executions(own)).toEqual([])
    for (const event of await engine.history(own)) expect(event.atMs).toBeGreaterThan(Date.UTC(2024, 0, 1))

    expect((await engine.rerun(own, 'contract test')).version).toBe(2)
    await engine.stop(own, 'contract test')
    await expect.poll(async () => (await engine.job(own)).state, { timeout: subject.timeoutMs / 2 }).toBe('Stopped')
  })

  test('a job that does not exist is not found', limit, async () => {
    await expect(engine.job(`${own}-none`)).rejects.toMatchObject({ code: 'notFound' })
  })

  if (subject.image !== undefined) {
    const image = subject.image
    test(
      'a run that ends with exit code 3 has failed on its node, and its output is cut and says so',
      limit,
      async () => {
        const ready = (await engine.nodes()).find(
          (node) => node.membership === 'approved' && node.isConnected && node.engines.includes('docker'),
        )
        if (ready === undefined) throw new Error('no connected and approved node with Docker to run on')
        const name = `${own}-run`
        await submit(printing(name, image, ready.id))
        await expect
          .poll(async () => (await engine.executions(name)).map(({ outcome }) => outcome), {
            timeout: subject.timeoutMs,
          })
          .toEqual(['failed'])
        const [execution] = await engine.executions(name)
        expect(execution).toMatchObject({ nodeId: ready.id, exitCode: 3, isCut: true, stdout: 'x'.repeat(2_048) })
        expect(execution?.createdAtMs).toBeGreaterThan(Date.UTC(2024, 0, 1))
      },
    )
  }
})

/** A daemon for a node name that nobody has: it is planned, listed and stopped, and no container ever starts. */
function harmless(name: string): JobSpec {
  return parseJobYaml(
    jobToYaml(
      parseJob({
        Name: name,
        Namespace: 'default',
        Type: 'daemon',
        Labels: { app: 'fieldgate', kind: 'contract' },
        Meta: { 'fieldgate.action-id': name },
        Constraints: [{ Key: 'name', Operator: '=', Values: [`${name}-nobody`] }],
        Tasks: [task('registry.example/nothing:1', ['true'])],
      }),
    ),
  )
}

/** A run on one node that prints more than an orchestrator keeps and ends with exit code 3; without network or mounts. */
function printing(name: string, image: string, nodeId: string): JobSpec {
  const script = "head -c 5000 /dev/zero | tr '\\0' x; exit 3"
  return parseJob({
    Name: name,
    Namespace: 'default',
    Type: 'ops',
    Labels: { app: 'fieldgate', kind: 'contract' },
    Meta: { 'fieldgate.action-id': name },
    Constraints: [{ Key: 'name', Operator: '=', Values: [nodeId] }],
    Tasks: [{ ...task(image, ['-c', script], ['/bin/sh']), Timeouts: { ExecutionTimeout: 60, TotalTimeout: 110 } }],
  })
}

function task(image: string, parameters: readonly string[], entrypoint?: readonly string[]): Record<string, unknown> {
  return {
    Name: 'main',
    Engine: {
      Type: 'docker',
      Params: { Image: image, ...(entrypoint === undefined ? {} : { Entrypoint: entrypoint }), Parameters: parameters },
    },
    InputSources: [],
    Resources: { CPU: '100m', Memory: '64Mb' },
    Network: { Type: 'None' },
  }
}
