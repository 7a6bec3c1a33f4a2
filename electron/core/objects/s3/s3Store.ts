import { DeleteObjectCommand } from '@aws-sdk/client-s3'
import type { StoreConfig } from '../../../../shared/domain/settings.ts'
import type { ObjectStore } from '../port.ts'
import { createStoreAdmin } from './admin.ts'
import { ensureBucket } from './buckets.ts'
import { call, connect, sendOptions } from './connection.ts'
import type { StorePorts } from './connection.ts'
import { putIfAbsent } from './put.ts'
import { getObject, headObject, listBuckets, listObjects } from './reads.ts'

/** The object store over the AWS SDK: the same code for AWS, its kin, and the embedded store. */
export function openS3Store(config: StoreConfig, ports: StorePorts): ObjectStore {
  const connection = connect(config, ports)
  return {
    putIfAbsent: (put) => putIfAbsent(connection, put),
    head: (bucket, key, signal) => headObject(connection, bucket, key, signal),
    get: (bucket, key, range, signal) => getObject(connection, bucket, key, range, signal),
    list: (query) => listObjects(connection, query),
    listBuckets: () => listBuckets(connection),
    ensureBucket: (bucket) => ensureBucket(connection, bucket),
    delete: (bucket, key, versionId) =>
      call(
        { action: versionId === undefined ? 's3:DeleteObject' : 's3:DeleteObjectVersion', bucket, key },
        async () => {
          const command = new DeleteObjectCommand({
            Bucket: bucket,
            Key: key,
            ...(versionId === undefined ? {} : { VersionId: versionId }),
          })
          await connection.client.send(command, sendOptions(connection, undefined))
        },
      ),
    setBytesPerSecond: (bytesPerSecond) => connection.pacer.set(bytesPerSecond),
    facts: () => ({
      conditionalWrites: connection.capabilities.conditionalWrites,
      checksums: connection.capabilities.checksums,
      skewMs: connection.skewMs(),
    }),
    admin: createStoreAdmin(connection),
    close: async () => connection.client.destroy(),
  }
}
