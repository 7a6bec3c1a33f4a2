import { afterEach, beforeEach, expect, it } from 'vitest'
import { parseSigned, verifyExport } from '../../../electron/core/support/signedReport.ts'
import { exportReport } from '../../../electron/core/uploader/reconcileExport.ts'
import { traceReading } from '../../../electron/core/uploader/reconcileTrace.ts'
import type { ReadingTrace } from '../../../shared/domain/reconcile.ts'
import { createWorkspace } from './workspace.ts'
import type { TestWorkspace } from './workspace.ts'

let world: TestWorkspace

beforeEach(async () => {
  world = createWorkspace()
  world.write(120)
  await world.upload()
})
afterEach(() => world.close())

function trace(sequence: number): Promise<ReadingTrace> {
  return traceReading(world.ports, world.node, { sequence, route: undefined, signal: new AbortController().signal })
}

it('follows a reading from its row to its place in the bucket', async () => {
  const found = await trace(105)
  expect(found.verdict).toBe('delivered')
  expect(found.steps.map((step) => [step.id, step.isFound])).toEqual([
    ['source', true],
    ['claim', true],
    ['encode', true],
    ['object', true],
    ['row', true],
  ])
  expect(found.steps[1]?.detail).toContain('rows 101 to 120')
  expect(found.source).toMatchObject({ id: '105', sensor_id: 'S2' })
  expect(found.delivered).toMatchObject({ _row_id: '105', sensor_id: 'S2', timestamp: '2026-03-01T01:44:00.000000Z' })
})

it('says where the way of a reading ends', async () => {
  expect(await trace(121)).toMatchObject({ verdict: 'waiting', delivered: undefined })
  world.database.exec('UPDATE sensor_readings SET temperature = 99 WHERE id = 5')
  expect(await trace(5)).toMatchObject({ verdict: 'different' })
  world.store.objects.clear()
  const lost = await trace(50)
  expect(lost.verdict).toBe('missing')
  expect(lost.steps.find((step) => step.id === 'object')).toMatchObject({ isFound: false })
})

it('exports a report that anybody can check, and nobody can change', async () => {
  const report = await world.prove()
  for (const format of ['json', 'html'] as const) {
    const file = exportReport(report, world.config.stateDir, format)
    expect(file.name).toMatch(/^fieldgate-proof-.*\.(json|html)$/)
    expect(verifyExport(file)).toBe(true)
    expect(parseSigned(Buffer.from(file.bytes).toString('utf8')).report).toEqual(JSON.parse(JSON.stringify(report)))
    const forged = Buffer.from(file.bytes)
      .toString('utf8')
      .replaceAll(/"delivered":\s*120/g, '"delivered":121')
    expect(verifyExport({ bytes: Buffer.from(forged) })).toBe(false)
  }
})
