import { fork } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { rmSync } from 'node:fs'
import { ROOT } from './paths.mjs'
import { makeTemporaryFolder } from './temporary.mjs'

const SEEDS_PER_ORDER = 100

/**
 * Runs a range of seeds of the simulation in processes of their own. Stops handing out seeds when the time is over, or when
 * ten have failed. Resolves to { seeds, failures, hazards, ms }: how many were run, what each failure
 * has to say, and what went wrong in them, in the words of test/sim/hazards.ts.
 */
export async function runSeeds({ first, seeds, workers = availableParallelism(), stopAfterMs, onProgress }) {
  const startedAt = performance.now()
  const folder = makeTemporaryFolder()
  let next = first
  let done = 0
  const failures = []
  const hazards = new Set()
  const isOver = () =>
    next >= first + seeds ||
    failures.length >= 10 ||
    (stopAfterMs !== undefined && performance.now() - startedAt > stopAfterMs)
  const runWorker = () =>
    new Promise((resolve, reject) => {
      const child = fork(join(ROOT, 'test', 'sim', 'worker.ts'), [], {
        env: { ...process.env, TMPDIR: folder, NODE_OPTIONS: '' },
        execArgv: ['--disable-warning=ExperimentalWarning'],
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      })
      const order = () => {
        if (isOver()) return child.disconnect()
        const count = Math.min(SEEDS_PER_ORDER, first + seeds - next)
        child.send({ first: next, count })
        next += count
      }
      child.on('message', (answer) => {
        done += answer.count
        failures.push(...answer.failures)
        for (const hazard of answer.hazards) hazards.add(hazard)
        onProgress?.({ done, failures, ms: performance.now() - startedAt })
        order()
      })
      child.on('error', reject)
      child.on('exit', (code, signal) => {
        if (code === 0) resolve()
        else reject(new Error(`A process of the simulation ended with ${signal ?? `exit code ${code}`}.`))
      })
      order()
    })
  try {
    await Promise.all(Array.from({ length: Math.max(1, workers) }, runWorker))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return { seeds: done, failures, hazards: [...hazards], ms: performance.now() - startedAt }
}

/** How many broken promises of each kind: rows lost, rows delivered twice, anything else. */
export function countBroken(failures) {
  const all = failures.flatMap((failure) => failure.violations)
  const lost = all.filter((violation) => violation.startsWith('P1')).length
  const duplicated = all.filter((violation) => violation.startsWith('P2')).length
  return { lost, duplicated, broken: all.length - lost - duplicated }
}

/** `100000 seeds: 0 lost, 0 duplicated, 0 invariants broken (12.3 min, 8100 seeds a minute)` */
export function summarise({ seeds, failures, ms }) {
  const { lost, duplicated, broken } = countBroken(failures)
  const minutes = ms / 60_000
  const pace = Math.round(seeds / minutes)
  return `${seeds} seeds: ${lost} lost, ${duplicated} duplicated, ${broken} invariants broken (${minutes.toFixed(1)} min, ${pace} seeds a minute)`
}
