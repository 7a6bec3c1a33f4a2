import { expect, test } from 'vitest'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import { runLoop } from '../../../electron/core/support/loop.ts'
import { createFakeClock } from '../../helpers/fakeClock.ts'

/** A loop whose only step waits for the stop and then throws what `end` makes of it. */
async function stopWith(end: (signal: AbortSignal) => unknown): Promise<readonly unknown[]> {
  const heard: unknown[] = []
  const begun = Promise.withResolvers<void>()
  const loop = runLoop(
    { name: 'test', everyMs: 1_000, clock: createFakeClock(), onError: (error) => heard.push(error) },
    async (signal) => {
      begun.resolve()
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
      throw end(signal)
    },
  )
  await begun.promise
  await loop.stop()
  return heard
}

test('a step that was only aborted by the stop is no failure', async () => {
  expect(await stopWith((signal) => signal.reason)).toEqual([])
  expect(await stopWith(() => new DOMException('This operation was aborted', 'AbortError'))).toEqual([])
  expect(await stopWith(() => new FieldgateError('cancelled', 'The work was cancelled.'))).toEqual([])
})

test('a step that fails for another reason while stopping is told', async () => {
  const error = new FieldgateError('diskFull', 'No room.')
  expect(await stopWith(() => error)).toEqual([error])
})

test('a step that throws an abort of its own while nobody stops is told, and the loop goes on', async () => {
  const heard: unknown[] = []
  const steps = Promise.withResolvers<void>()
  let count = 0
  const loop = runLoop(
    { name: 'test', everyMs: 1_000, clock: createFakeClock(), onError: (error) => heard.push(error) },
    async () => {
      if (++count === 3) steps.resolve()
      throw new FieldgateError('cancelled', `step ${count}`)
    },
  )
  await steps.promise
  await loop.stop()
  expect(heard.slice(0, 2)).toMatchObject([{ message: 'step 1' }, { message: 'step 2' }])
})
