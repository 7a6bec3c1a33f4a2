import Database from 'better-sqlite3'
import { createWorkerPool } from '../../electron/core/support/workerPool.ts'
import { inProcessEncoder, createWorkerEncoder } from '../../electron/core/uploader/encoder.ts'
import { spawnPoolWorker } from '../../electron/worker/spawn.ts'
import { best, claimsOf, median, rate, rates } from '../requests.ts'
import type { Stage } from '../stage.ts'

const ROUNDS = 4
const STEP_ROWS = 1_000
const COMPAT_ROWS = 20_000

/** Reading alone: the chunked raw reads that encoding does, with nothing made of the rows. */
function readAlone(path: string, rows: number): number {
  const database = new Database(path, { readonly: true })
  const read = database
    .prepare<unknown[], unknown[]>(
      'SELECT rowid, * FROM sensor_readings WHERE rowid > ? AND rowid <= ? ORDER BY rowid LIMIT ?',
    )
    .raw()
  let last = 0
  let count = 0
  for (;;) {
    const part = read.all(last, rows, STEP_ROWS)
    if (part.length === 0) break
    count += part.length
    last = Number(part.at(-1)?.[0])
  }
  database.close()
  return count
}

/**
 * Rows per second of reading alone, of one worker, of two, and of parquetjs-lite: interleaved, the
 * least disturbed round of each, because a machine can only be slower than it is.
 */
export const speed: Stage = async ({ path, rows, folder }) => {
  const pool = createWorkerPool({ spawn: spawnPoolWorker, size: 2 })
  const encoder = createWorkerEncoder(pool)
  const alone: { readonly wall: number; readonly cpu: number }[] = []
  const one: { readonly wall: number; readonly cpu: number }[] = []
  const two: { readonly wall: number; readonly cpu: number }[] = []
  const compat: number[] = []
  const encodeAll = async (atOnce: number): Promise<void> => {
    const claims = claimsOf(path, rows, folder, {}, Math.ceil(Math.min(1_000_000, rows / atOnce)))
    const waiting = [...claims]
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await encoder.encode(next)
      }),
    )
  }
  try {
    // Both threads and all loops warm: a backlog is what speed is for.
    await Promise.all(claimsOf(path, 100_000, folder, {}, 50_000).map((claim) => encoder.encode(claim)))
    readAlone(path, 100_000)
    const [small] = claimsOf(path, COMPAT_ROWS, folder, { engine: 'parquetjs-lite' })
    for (let round = 0; round < ROUNDS; round++) {
      alone.push(await rates(rows, () => readAlone(path, rows)))
      one.push(await rates(rows, () => encodeAll(1)))
      two.push(await rates(rows, () => encodeAll(2)))
      if (small !== undefined) compat.push(await rate(COMPAT_ROWS, () => inProcessEncoder().encode(small)))
    }
  } finally {
    await pool.close()
  }
  return {
    readAlone: best(alone.map(({ wall }) => wall)),
    readAloneByCpu: median(alone.map(({ cpu }) => cpu)),
    oneWorker: best(one.map(({ wall }) => wall)),
    oneWorkerByCpu: median(one.map(({ cpu }) => cpu)),
    twoWorkers: best(two.map(({ wall }) => wall)),
    twoWorkersByCpu: median(two.map(({ cpu }) => cpu)),
    parquetjsLite: best(compat),
  }
}
