import { CreateBucketCommand, HeadBucketCommand } from '@aws-sdk/client-s3'
import type { BucketLocationConstraint } from '@aws-sdk/client-s3'
import { FieldgateError } from '../../../../shared/domain/errors.ts'
import { call, sendOptions } from './connection.ts'
import type { Connection } from './connection.ts'
import { explainStoreError, readFailure } from './storeErrors.ts'

const READ_BACKS = 5
const READ_BACK_MS = 500

/** Whether the bucket exists and answers to these credentials in the configured region. Throws when it is another's. */
export async function hasBucket(connection: Connection, bucket: string): Promise<boolean> {
  try {
    await connection.client.send(new HeadBucketCommand({ Bucket: bucket }), sendOptions(connection, undefined))
    return true
  } catch (error) {
    if (!(error instanceof FieldgateError)) {
      const { status } = readFailure(error)
      if (status === 404) return false
      if (status === 403) {
        throw new FieldgateError(
          'denied',
          `Bucket ${bucket} is not accessible: it belongs to another account, or s3:ListBucket is missing.`,
          {
            hint: `Bucket names are global. Grant s3:ListBucket on arn:aws:s3:::${bucket}, or choose another prefix.`,
            details: { action: 's3:ListBucket' },
          },
        )
      }
    }
    throw explainStoreError(error, { action: 's3:ListBucket', bucket })
  }
}

/** Makes the bucket in the configured region unless it is ours already; on return it can be seen. */
export async function ensureBucket(connection: Connection, bucket: string): Promise<void> {
  if (await hasBucket(connection, bucket)) return
  await createBucket(connection, bucket)
  for (let attempt = 1; attempt <= READ_BACKS; attempt++) {
    if (await hasBucket(connection, bucket)) return
    await connection.ports.clock.sleep(READ_BACK_MS)
  }
  throw new FieldgateError('unavailable', `Bucket ${bucket} was created but cannot be seen yet.`, {
    hint: 'Try again in a minute.',
  })
}

/** Makes the bucket in the configured region; one of ours is left as it is. Throws `conflict` when the name is another account's. */
export async function createBucket(connection: Connection, bucket: string): Promise<void> {
  const { region } = connection.config
  const isPlain = region === 'us-east-1' || region === 'auto'
  const command = new CreateBucketCommand({
    Bucket: bucket,
    ...(isPlain ? {} : { CreateBucketConfiguration: { LocationConstraint: region as BucketLocationConstraint } }),
  })
  await call({ action: 's3:CreateBucket', bucket }, async () => {
    try {
      await connection.client.send(command, sendOptions(connection, undefined))
    } catch (error) {
      if (!(error instanceof FieldgateError) && readFailure(error).name === 'BucketAlreadyOwnedByYou') return
      throw error
    }
  })
}
