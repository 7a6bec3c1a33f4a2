import type { StoreConfig } from '../../../shared/domain/settings.ts'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import type { ObjectStore, StoreAdmin } from './port.ts'
import type { StorePorts } from './s3/connection.ts'

/**
 * The object store of a workspace. The AWS SDK is loaded with the first call that needs it, so that starting costs
 * nothing. Every failure is a FieldgateError; retries beyond the SDK's three quick ones are the caller's.
 */
export function createS3ObjectStore(config: StoreConfig, ports: StorePorts): ObjectStore {
  let opened: Promise<ObjectStore> | undefined
  let inner: ObjectStore | undefined
  let limit = ports.bytesPerSecond
  const store = (): Promise<ObjectStore> =>
    (opened ??= import('./s3/s3Store.ts').then(({ openS3Store }) => {
      inner = openS3Store(config, { ...ports, ...(limit === undefined ? {} : { bytesPerSecond: limit }) })
      inner.setBytesPerSecond?.(limit)
      return inner
    }))
  const admin = async (): Promise<StoreAdmin> => {
    const { admin: found } = await store()
    if (found === undefined) throw new FieldgateError('internal', 'The store was opened without its administration.')
    return found
  }
  return {
    putIfAbsent: async (put) => (await store()).putIfAbsent(put),
    head: async (...args) => (await store()).head(...args),
    get: async (...args) => (await store()).get(...args),
    list: async (query) => (await store()).list(query),
    listBuckets: async () => (await store()).listBuckets(),
    ensureBucket: async (bucket) => (await store()).ensureBucket(bucket),
    delete: async (...args) => (await store()).delete(...args),
    setBytesPerSecond: (bytesPerSecond) => {
      limit = bytesPerSecond
      inner?.setBytesPerSecond?.(bytesPerSecond)
    },
    facts: () => inner?.facts?.(),
    admin: {
      identity: async () => (await admin()).identity(),
      hasBucket: async (bucket) => (await admin()).hasBucket(bucket),
      createBucket: async (bucket) => (await admin()).createBucket(bucket),
      deleteBucket: async (bucket) => (await admin()).deleteBucket(bucket),
      readSettings: async (bucket) => (await admin()).readSettings(bucket),
      writeSetting: async (bucket, name, value) => (await admin()).writeSetting(bucket, name, value),
      versions: async (...args) => (await admin()).versions(...args),
      versionsUnder: async (...args) => (await admin()).versionsUnder(...args),
      presign: async (...args) => (await admin()).presign(...args),
    },
    close: async () => {
      await (await opened)?.close()
    },
  }
}
