import { expect, it } from 'vitest'
import { spawnPoolWorker } from '../../electron/worker/spawn.ts'
import { engineLimits } from '../../electron/worker/threadLimits.ts'

it('the engine is never allowed more than the machine allows by itself, nor more than it needs', () => {
  expect(engineLimits(512 << 20)).toEqual({ maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 512 })
  expect(engineLimits(2 ** 34)).toEqual({ maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 2_000 })
})

it('a thread of the pool has a small nursery', async () => {
  const worker = spawnPoolWorker()
  expect(worker.resourceLimits?.maxYoungGenerationSizeMb).toBe(16)
  await worker.terminate()
})
