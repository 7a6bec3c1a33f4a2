import type { Worker } from 'node:worker_threads'
import type { SpawnWorker } from '../support/workerPool.ts'

/** What a demo can break, for real. Each may be set again to the state it has; `false` and 0 mend it. */
export interface DemoFaults {
  setLink(isCut: boolean): void | Promise<void>
  setSlowDown(isOn: boolean): void | Promise<void>
  /** Kills what encodes at this moment, as a power cut would; it comes back by itself. */
  powerCut(): void | Promise<void>
  /** Sets the clock of the nodes apart from the real one by so many milliseconds. */
  jumpClock(offsetMs: number): void | Promise<void>
  setDiskFull(isOn: boolean): void | Promise<void>
  setCredentials(isBad: boolean): void | Promise<void>
}

/** The switches of a store that can be made to fail; the embedded store has them. */
export interface StoreSwitches {
  cutLink: boolean
  slowDown: boolean
  wrongCredentials: boolean
  diskFull: boolean
}

interface FaultTargets {
  /** Asked for each time: the store opens with its first use. */
  readonly store: () => StoreSwitches
  readonly killWorkers: () => Promise<unknown>
  readonly setClockOffset: (offsetMs: number) => void | Promise<void>
  /** The store works again: what waits for its next try may try now. */
  readonly onMended: () => void
}

/** The faults of a demo workspace on its embedded store, its encode workers and its simulated nodes. */
export function createDemoFaults(targets: FaultTargets): DemoFaults {
  const set = (name: keyof StoreSwitches, isOn: boolean): void => {
    const store = targets.store()
    const isMended = store[name] && !isOn
    store[name] = isOn
    if (isMended) targets.onMended()
  }
  return {
    setLink: (isCut) => set('cutLink', isCut),
    setSlowDown: (isOn) => set('slowDown', isOn),
    async powerCut() {
      await targets.killWorkers()
    },
    jumpClock: (offsetMs) => targets.setClockOffset(offsetMs),
    setDiskFull: (isOn) => set('diskFull', isOn),
    setCredentials: (isBad) => set('wrongCredentials', isBad),
  }
}

/** Worker threads that can be killed from outside the pool that owns them; the pool starts new ones when it needs them. */
export interface TrackedWorkers {
  readonly spawn: SpawnWorker
  /** Ends every living thread at once, in the middle of whatever it does. Returns how many. */
  killAll(): Promise<number>
}

/** Wraps a spawner so that a power cut can find its threads. */
export function trackWorkers(spawn: SpawnWorker): TrackedWorkers {
  const living = new Set<Worker>()
  return {
    spawn: () => {
      const worker = spawn()
      living.add(worker)
      worker.once('exit', () => living.delete(worker))
      return worker
    },
    async killAll() {
      const victims = [...living]
      await Promise.all(victims.map((worker) => worker.terminate()))
      return victims.length
    },
  }
}
