import { spawn } from 'node:child_process'
import Database from 'better-sqlite3'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { UploadResult } from '../../shared/ipc/contract.ts'
import type { Step } from '../../electron/core/uploader/ports.ts'
import { until } from '../helpers/until.ts'
import type { Finished, Running } from '../helpers/fieldgate.ts'
import { makeFaultBench } from './bench.ts'

const CHILD = join(import.meta.dirname, 'stepChild.ts')
const STEPS: readonly Step[] = [
  'claimed',
  'encoding',
  'encodedFiles',
  'encodedRecorded',
  'putting',
  'put',
  'putRecorded',
  'committing',
  'committed',
  'cleaned',
]

/** An upload that sends itself `signal` at the nth `step`. */
function startStruck(folder: string, signal: NodeJS.Signals, step: Step, nth: number): Running {
  const child = spawn(process.execPath, [CHILD, signal, step, String(nth)], {
    cwd: folder,
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, struck) => resolve({ code, signal: struck, out, err }))
  })
  return { process: child, out: () => out, finished }
}

test('killed at every labelled step, and its recovery killed as well, each time the next one finishes', async () => {
  const bench = makeFaultBench(0)
  for (const [at, step] of STEPS.entries()) {
    bench.append(600)
    expect((await startStruck(bench.folder, 'SIGKILL', step, 2).finished).signal).toBe('SIGKILL')
    // The recovery begins with what the first left: it is struck at the first step of another kind, later or sooner.
    const second = STEPS[(at * 3 + 4) % STEPS.length] ?? 'put'
    expect((await startStruck(bench.folder, 'SIGKILL', second, 1).finished).signal).toBe('SIGKILL')
  }
  await bench.deliverAndProve()
})

test.each(['encodedFiles', 'put', 'committing'] as const)(
  'suspended at step %s until its lease ran out: the second finishes, and the first changes nothing when it wakes',
  async (step) => {
    const bench = makeFaultBench(1000)
    const first = startStruck(bench.folder, 'SIGSTOP', step, 2)
    await until(() => first.out().includes(`at ${step}`))
    const held = JSON.parse((await bench.upload()).out) as UploadResult
    expect(held.readOnly).toMatchObject([{ nodeId: 'node', pid: first.process.pid }])
    expireLeases(bench.folder)
    await bench.deliverAndProve()
    const before = ledgerPicture(bench.folder)

    first.process.kill('SIGCONT')
    const { code, err } = await first.finished
    // It is told, looks again and finds nothing left to do.
    expect(err).toContain('is uploaded by another runner now')
    expect(code).toBe(0)
    expect(ledgerPicture(bench.folder)).toEqual(before)
    await bench.deliverAndProve()
  },
)

/** As after a minute in a lid that was closed. */
function expireLeases(folder: string): void {
  const ledger = new Database(join(folder, 'state', 'ledger.db'), { timeout: 10_000 })
  expect(ledger.prepare('UPDATE leases SET expires_at_ms = 1').run().changes).toBe(1)
  ledger.close()
}

function ledgerPicture(folder: string): unknown {
  const ledger = new Database(join(folder, 'state', 'ledger.db'), { readonly: true })
  try {
    return ['executions', 'objects', 'cursors', 'lane_totals'].map((table) =>
      ledger.prepare(`SELECT * FROM ${table} ORDER BY 1, 2, 3`).all(),
    )
  } finally {
    ledger.close()
  }
}
