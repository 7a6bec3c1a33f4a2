import { expect, test } from '../support/fixtures.ts'

// What the window is for, told on a demo: an emergency is delivered first, a cut link loses nothing, a power cut neither.

test('within seconds the demo is live: nodes write, rows are delivered', async ({ fieldgate }) => {
  const workspace = await fieldgate.call('workspace.get', {})
  expect(workspace).toMatchObject({ isDemo: true, nodes: 48 })
  await expect(fieldgate.page.getByText(/Demo data, seed/)).toBeVisible()
  await expect.poll(async () => (await fieldgate.call('fleet.status', {})).nodesWriting).toBeGreaterThan(40)
  await expect
    .poll(
      async () =>
        (await fieldgate.call('executions.list', { limit: 50 })).filter((one) => one.state === 'succeeded').length,
    )
    .toBeGreaterThan(0)
})

test('a switch to emergency brings an object into its bucket, and the object opens', async ({ fieldgate }) => {
  const { buckets } = await fieldgate.call('workspace.get', {})
  const bucket = buckets['emergency'] ?? ''
  const nodeId = (await fieldgate.call('nodes.list', {})).at(3)?.nodeId ?? ''
  await fieldgate.call('simulator.inject', { nodeIds: [nodeId], type: 'spike', seconds: 60 })
  const { changed } = await fieldgate.call('pipelines.set', { nodeId, type: 'emergency', by: 'e2e', reason: 'test' })
  expect(changed).toBe(true)
  const prefix = `emergency/table=sensor_readings/node=${nodeId}/`
  const keys = async (): Promise<readonly string[]> =>
    (await fieldgate.call('objects.list', { bucket, prefix }).catch(() => ({ objects: [] }))).objects.map(
      ({ key }) => key,
    )
  await expect.poll(async () => (await keys()).length, { timeout: 60_000 }).toBeGreaterThan(0)
  const [key = ''] = await keys()
  const preview = await fieldgate.call('objects.preview', { bucket, key, rowCount: 5 })
  expect(preview.values.length).toBeGreaterThan(0)
  await fieldgate.open('buckets')
  await expect(fieldgate.page.getByText(bucket).first()).toBeVisible()
  await fieldgate.call('pipelines.set', { nodeId, type: 'raw', by: 'e2e' })
})

test('a cut link changes the lamps; restored, everything drains and the proof is clean', async ({ fieldgate }) => {
  test.setTimeout(240_000)
  const succeeded = async () =>
    (await fieldgate.call('executions.list', { limit: 50 })).filter((one) => one.state === 'succeeded').length
  await expect.poll(succeeded).toBeGreaterThan(0)
  await fieldgate.call('demo.setFault', { fault: 'cutLink', isActive: true })
  await expect.poll(async () => (await fieldgate.call('fleet.status', {})).link.isCut).toBe(true)
  await expect
    .poll(
      async () => (await fieldgate.call('nodes.list', {})).filter((node) => node.lamps.deliver.state !== 'ok').length,
      {
        timeout: 120_000,
      },
    )
    .toBeGreaterThan(24)
  await expect
    .poll(async () => (await fieldgate.call('fleet.status', {})).backlogRows, { timeout: 60_000 })
    .toBeGreaterThan(100)
  // Nothing is broken: the backlog has an end, counted from when the link is back.
  await expect
    .poll(async () => (await fieldgate.call('fleet.status', {})).drain, { timeout: 60_000 })
    .toMatchObject({ kind: 'afterLink', ms: expect.any(Number) })
  await expect(fieldgate.page.getByText(/after link/).first()).toBeVisible()
  await fieldgate.call('demo.setFault', { fault: 'cutLink', isActive: false })
  const nodeIds = (await fieldgate.call('nodes.list', {})).map((node) => node.nodeId)
  await fieldgate.call('simulator.stop', { nodeIds })
  await fieldgate.drained()
  const report = await fieldgate.proven()
  expect(report.totals.sourceRows).toBeGreaterThan(100_000)
  await fieldgate.call('simulator.start', { nodeIds })
})

test('a power cut in the middle of uploading loses and doubles nothing', async ({ fieldgate }) => {
  test.setTimeout(240_000)
  await fieldgate.call('demo.setFault', { fault: 'powerCut', isActive: true })
  await expect
    .poll(async () => (await fieldgate.call('fleet.status', {}).catch(() => undefined))?.nodes, { timeout: 30_000 })
    .toBe(48)
  await fieldgate.call('demo.setFault', { fault: 'powerCut', isActive: false })
  const nodeIds = (await fieldgate.call('nodes.list', {})).map((node) => node.nodeId)
  await fieldgate.call('simulator.stop', { nodeIds })
  await fieldgate.drained()
  await fieldgate.proven()
})
