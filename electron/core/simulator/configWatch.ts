import { statSync } from 'node:fs'
import { errorToData } from '../../../shared/domain/errors.ts'
import type { Clock } from '../support/clock.ts'
import { runLoop } from '../support/loop.ts'
import type { Loop } from '../support/loop.ts'
import type { SensorConfig } from './sensorConfig.ts'
import { readSensorConfigFile } from './sensorRun.ts'

interface ConfigWatch {
  readonly path: string
  readonly everySeconds: number
  readonly clock: Clock
  readonly onChanged: (config: SensorConfig) => Promise<void>
  /** Hears why a changed file is not used; the configuration before it stays. */
  readonly onProblem: (sentence: string) => void
}

/** Reads a sensor's configuration again whenever its file changed. A broken file changes nothing and is told once. */
export function watchSensorConfig(watch: ConfigWatch): Loop {
  const stamp = (): string => {
    const found = statSync(watch.path, { throwIfNoEntry: false })
    return found === undefined ? '' : `${found.mtimeMs}:${found.size}`
  }
  let seen = stamp()
  return runLoop(
    {
      name: 'sensor configuration',
      everyMs: watch.everySeconds * 1000,
      clock: watch.clock,
      onError: (error) => watch.onProblem(errorToData(error).message),
    },
    async () => {
      const current = stamp()
      if (current === seen || current === '') return
      seen = current
      await watch.onChanged(readSensorConfigFile(watch.path))
    },
  )
}
