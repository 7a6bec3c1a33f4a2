import { expect, it } from 'vitest'
import { setTransport } from '../../../renderer/client/client.ts'
import { followBuckets, useBuckets } from '../../../renderer/stores/objects.ts'
import type { Execution } from '../../../shared/domain/execution.ts'
import type { BucketInfo } from '../../../shared/domain/objects.ts'
import { createFakeTransport } from '../fixtures/fakeTransport.ts'

const put = (bucket: string, bytes: number): Execution => ({ state: 'succeeded', bucket, bytes }) as Execution

it('a bucket that gets its first object while the screen is open shows by itself, and is asked for once', async () => {
  const buckets: BucketInfo[] = []
  let asked = 0
  const transport = createFakeTransport({
    'objects.buckets': () => {
      asked++
      return [...buckets]
    },
  })
  setTransport(transport)
  const stop = followBuckets()
  await expect.poll(() => useBuckets.getState().load.phase).toBe('ready')
  transport.emit('executions.changed', put('demo-raw', 0))
  expect(asked).toBe(1)
  buckets.push({ name: 'demo-raw' } as BucketInfo)
  transport.emit('executions.changed', put('demo-raw', 900))
  await expect.poll(() => useBuckets.getState().list.map(({ name }) => name)).toEqual(['demo-raw'])
  transport.emit('executions.changed', put('demo-raw', 900))
  expect(asked).toBe(2)
  stop()
})
