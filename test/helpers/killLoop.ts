import Database from 'better-sqlite3'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ReconcileReport } from '../../shared/domain/reconcile.ts'
import type { UploadResult } from '../../shared/ipc/contract.ts'
import { createRng } from '../../electron/core/support/rng.ts'
import { makeNodeDatabase, SAMPLE_START_MS } from './nodeDatabases.ts'
import { askFieldgate, reconcile, startFieldgate } from './fieldgate.ts'

export interface KillLoopOptions {
  /** An empty folder. */
  readonly folder: string
  readonly times: number
  readonly seed: number
  /** Rows appended before each upload. */
  readonly rowsPerRound: number
  readonly onRound?: (round: number, struck: KillMoment) => void
}

/** Where a kill struck: before the first claim, with claims under way in some state, or after everything was done. */
export type KillMoment = 'before' | 'claimed' | 'encoded' | 'after'

export interface KillLoopResult {
  readonly moments: Readonly<Record<KillMoment, number>>
  readonly rows: number
  readonly last: UploadResult
  readonly again: UploadResult
  readonly report: ReconcileReport
}

/** Small objects, so that every round has many claims to be struck in. */
const CONFIG = `
sqlite: node.db
state_dir: state
upload: { max_batch_rows: 200, target_object_mb: 0.01, workers: 2 }
always_on: [emergency]
`
const LONGEST_MS = 30_000

/**
 * Starts `fieldgate upload --once`, kills it with SIGKILL at a random moment, appends rows, and again; then one upload that may
 * finish, one that must find nothing new, and the proof. Throws when an upload or the proof fails.
 */
export async function runKillLoop(options: KillLoopOptions): Promise<KillLoopResult> {
  const { folder, times, rowsPerRound } = options
  const rng = createRng(options.seed)
  const database = makeNodeDatabase('v4', rowsPerRound, folder)
  writeFileSync(join(folder, 'fieldgate.yaml'), CONFIG)
  const moments: Record<KillMoment, number> = { before: 0, claimed: 0, encoded: 0, after: 0 }
  const cwd = { cwd: folder }
  let rows = rowsPerRound
  try {
    // Rounds are killed between the start of the process and the end of what a whole upload was seen to take.
    const whole = await measure(() => askFieldgate<UploadResult>(['upload', '--once'], cwd))
    for (let round = 1; round <= times; round++) {
      database.append(rowsPerRound, SAMPLE_START_MS + rows * 1000)
      rows += rowsPerRound
      const before = countSucceeded(folder)
      const upload = startFieldgate(['upload', '--once'], cwd)
      const delay = Math.round(whole * (0.25 + rng.next() * 0.8))
      const timer = setTimeout(() => upload.process.kill('SIGKILL'), Math.min(delay, LONGEST_MS))
      const { code, signal, err } = await upload.finished
      clearTimeout(timer)
      if (signal === null && code !== 0) throw new Error(`Round ${round} ended with ${code}:\n${err}`)
      const struck = momentOf(folder, before, signal !== null)
      moments[struck]++
      options.onRound?.(round, struck)
    }
    const last = await askFieldgate<UploadResult>(['upload', '--once'], cwd)
    const again = await askFieldgate<UploadResult>(['upload', '--once'], cwd)
    return { moments, rows, last, again, report: await reconcile(cwd) }
  } finally {
    database.close()
  }
}

async function measure(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}

function momentOf(folder: string, succeededBefore: number, wasKilled: boolean): KillMoment {
  const states = readStates(folder)
  if (states.has('encoded')) return 'encoded'
  if (states.has('claimed')) return 'claimed'
  return wasKilled && (states.get('succeeded') ?? 0) === succeededBefore ? 'before' : 'after'
}

function countSucceeded(folder: string): number {
  return readStates(folder).get('succeeded') ?? 0
}

function readStates(folder: string): ReadonlyMap<string, number> {
  const path = join(folder, 'state', 'ledger.db')
  if (!existsSync(path)) return new Map()
  const ledger = new Database(path, { readonly: true })
  try {
    const rows = ledger.prepare('SELECT state, count(*) FROM executions GROUP BY state').raw().all() as [
      string,
      number,
    ][]
    return new Map(rows)
  } finally {
    ledger.close()
  }
}
