import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { EnginePorts } from '../core/engine.ts'
import { systemClock } from '../core/support/clock.ts'
import type { Log } from '../core/support/log.ts'
import { createRng } from '../core/support/rng.ts'
import { spawnPoolWorker } from '../worker/spawn.ts'
import { spawnSimulator } from '../worker/spawnSimulator.ts'
import { readVersion } from './version.ts'

/** What the engine gets from this process: the real clock, randomness, worker threads, and who it is. */
export function processPorts(log: Log): EnginePorts {
  return {
    clock: systemClock,
    rng: createRng(randomUUID()),
    log,
    runner: { token: randomUUID(), pid: process.pid, host: hostname(), isAlive },
    spawnWorker: spawnPoolWorker,
    spawnSimulator: () => spawnSimulator(),
    env: process.env,
    version: readVersion(),
  }
}

/** Whether a process of this machine lives; one of another user counts as living. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
