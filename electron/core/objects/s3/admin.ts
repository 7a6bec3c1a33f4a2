import { DeleteBucketCommand, GetObjectCommand, ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { FieldgateError } from '../../../../shared/domain/errors.ts'
import type { StoreAdmin, StoredVersion } from '../port.ts'
import { createBucket, hasBucket } from './buckets.ts'
import { readBucketSettings, writeBucketSetting } from './bucketSettings.ts'
import { call, sendOptions } from './connection.ts'
import type { Connection } from './connection.ts'
import { readIdentity } from './identity.ts'

/** Everything of the store that is about buckets, versions and addresses rather than objects. */
export function createStoreAdmin(connection: Connection): StoreAdmin {
  return {
    identity: () => readIdentity(connection),
    hasBucket: (bucket) => hasBucket(connection, bucket),
    createBucket: (bucket) => createBucket(connection, bucket),
    deleteBucket: (bucket) =>
      call({ action: 's3:DeleteBucket', bucket }, async () => {
        await connection.client.send(new DeleteBucketCommand({ Bucket: bucket }), sendOptions(connection, undefined))
      }),
    readSettings: (bucket) => readBucketSettings(connection, bucket),
    writeSetting: (bucket, name, value) => writeBucketSetting(connection, bucket, name, value),
    versions: async (bucket, key, signal) =>
      (await listVersions(connection, bucket, key, signal, true)).filter((version) => version.key === key),
    versionsUnder: (bucket, prefix, signal) => listVersions(connection, bucket, prefix, signal, false),
    presign: (bucket, key, seconds) => presign(connection, bucket, key, seconds),
  }
}

/** Versions and delete markers under a prefix, newest first; `isOneKey` ends the listing where the key itself ends. */
async function listVersions(
  connection: Connection,
  bucket: string,
  prefix: string,
  signal: AbortSignal | undefined,
  isOneKey: boolean,
): Promise<readonly StoredVersion[]> {
  const versions: StoredVersion[] = []
  await call({ action: 's3:ListBucketVersions', bucket }, async () => {
    for (let from: { KeyMarker?: string; VersionIdMarker?: string } | undefined = {}; from !== undefined;) {
      const command: ListObjectVersionsCommand = new ListObjectVersionsCommand({
        Bucket: bucket,
        Prefix: prefix,
        ...from,
      })
      const page = await connection.client.send(command, sendOptions(connection, signal))
      for (const version of page.Versions ?? []) versions.push(readVersion(version, version.Size ?? 0, false))
      for (const marker of page.DeleteMarkers ?? []) versions.push(readVersion(marker, 0, true))
      const isMore = page.IsTruncated === true && (!isOneKey || page.NextKeyMarker === prefix)
      from = isMore
        ? {
            ...(page.NextKeyMarker === undefined ? {} : { KeyMarker: page.NextKeyMarker }),
            ...(page.NextVersionIdMarker === undefined ? {} : { VersionIdMarker: page.NextVersionIdMarker }),
          }
        : undefined
    }
  })
  return versions.toSorted((a, b) => Number(b.isLatest) - Number(a.isLatest) || b.lastModifiedMs - a.lastModifiedMs)
}

function readVersion(
  version: {
    Key?: string | undefined
    VersionId?: string | undefined
    IsLatest?: boolean | undefined
    LastModified?: Date | undefined
  },
  bytes: number,
  isDeleteMarker: boolean,
): StoredVersion {
  return {
    key: version.Key ?? '',
    versionId: version.VersionId ?? 'null',
    isLatest: version.IsLatest === true,
    isDeleteMarker,
    bytes,
    lastModifiedMs: version.LastModified?.getTime() ?? 0,
  }
}

/** An address that reads one object without credentials until it expires. Of the embedded store: while its port is open. */
async function presign(connection: Connection, bucket: string, key: string, seconds: number): Promise<string> {
  const command = new GetObjectCommand({ Bucket: bucket, Key: key })
  return call({ action: 's3:GetObject', bucket, key }, async () => {
    if (connection.config.kind !== 'embedded') return getSignedUrl(connection.client, command, { expiresIn: seconds })
    const embedded = connection.ports.embedded
    if (embedded?.endpoint === undefined) {
      throw new FieldgateError('unsupported', 'The embedded store has no open port, so no address would lead to it.', {
        hint: 'Open it first: fieldgate store --listen.',
      })
    }
    const { endpoint, region, credentials } = embedded
    const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true })
    try {
      return await getSignedUrl(client, command, { expiresIn: seconds })
    } finally {
      client.destroy()
    }
  })
}
