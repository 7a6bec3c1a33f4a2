import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { runKillLoop } from '../helpers/killLoop.ts'

test('an upload killed sixteen times at random moments loses and repeats nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fieldgate-kill-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const { moments, rows, last, again, report } = await runKillLoop({ folder, times: 16, seed: 7, rowsPerRound: 2000 })
  expect(moments.claimed + moments.encoded).toBeGreaterThan(0)
  expect(last.failed).toBe(0)
  expect(again.rows).toBe(0)
  expect(report.isClean).toBe(true)
  const raw = report.lanes.filter((lane) => lane.route === 'raw')
  expect(raw.reduce((sum, lane) => sum + lane.delivered, 0)).toBe(rows)
  expect(report.totals).toMatchObject({ missing: 0, duplicated: 0, different: 0, waiting: 0 })
  expect(report.unknownObjects).toEqual([])
})
