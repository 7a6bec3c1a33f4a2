import { readFileSync } from 'node:fs'
import { createWorkerPool } from '../../electron/core/support/workerPool.ts'
import { createWorkerEncoder } from '../../electron/core/uploader/encoder.ts'
import { spawnPoolWorker } from '../../electron/worker/spawn.ts'
import { claimsOf } from '../requests.ts'
import type { Stage } from '../stage.ts'

const SAMPLE_EVERY_MS = 20
const MEGABYTE = 1 << 20
const PASSES = 10

function residentBytes(): number {
  if (process.platform !== 'linux') return process.memoryUsage.rss()
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024
}

/** Peak memory that one encoding worker adds to an engine at rest: over all rows once, and over ten times as many. */
export const memory: Stage = async ({ path, rows, folder }) => {
  const pool = createWorkerPool({ spawn: spawnPoolWorker, size: 1 })
  const encoder = createWorkerEncoder(pool)
  const claims = claimsOf(path, rows, folder)
  let peak = 0
  const sampler = setInterval(() => (peak = Math.max(peak, residentBytes())), SAMPLE_EVERY_MS)
  try {
    const [tiny] = claimsOf(path, 10, folder)
    if (tiny !== undefined) await encoder.encode(tiny)
    const base = residentBytes()
    peak = base
    for (const claim of claims) await encoder.encode(claim)
    const once = peak - base
    for (let pass = 1; pass < PASSES; pass++) for (const claim of claims) await encoder.encode(claim)
    return { baseMB: base / MEGABYTE, extraMB: once / MEGABYTE, extraAfterTenfoldMB: (peak - base) / MEGABYTE }
  } finally {
    clearInterval(sampler)
    await pool.close()
  }
}
