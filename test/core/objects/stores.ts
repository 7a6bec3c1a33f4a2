import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { S3Client } from '@aws-sdk/client-s3'
import { createS3ObjectStore } from '../../../electron/core/objects/client.ts'
import { createEmbeddedStore } from '../../../electron/core/objects/embedded/embeddedStore.ts'
import type { EmbeddedStore } from '../../../electron/core/objects/embedded/embeddedStore.ts'
import type { ObjectStore } from '../../../electron/core/objects/port.ts'
import type { StorePorts } from '../../../electron/core/objects/s3/connection.ts'
import { systemClock } from '../../../electron/core/support/clock.ts'
import { silentLog } from '../../../electron/core/support/log.ts'

export const REGION = 'eu-central-1'

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fieldgate-objects-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** An embedded store of this test alone. */
export function openEmbedded(folder = temporaryFolder()): EmbeddedStore {
  const embedded = createEmbeddedStore({ folder, region: REGION, clock: systemClock })
  onTestFinished(() => embedded.close())
  return embedded
}

/** Our client on the embedded store, without a socket. */
export function inProcess(embedded: EmbeddedStore, ports: Partial<StorePorts> = {}): ObjectStore {
  const config = { kind: 'embedded', folder: '', region: REGION } as const
  const store = createS3ObjectStore(config, { clock: systemClock, log: silentLog, embedded, ...ports })
  onTestFinished(() => store.close())
  return store
}

/** Our client on any endpoint over HTTP. */
export function overTheWire(
  endpoint: string,
  credentials: { readonly accessKeyId: string; readonly secretAccessKey: string },
  ports: Partial<StorePorts> = {},
  region = REGION,
): ObjectStore {
  const config = {
    kind: 's3',
    endpoint,
    region,
    forcePathStyle: true,
    credentials: { kind: 'static', ...credentials },
  } as const
  const store = createS3ObjectStore(config, { clock: systemClock, log: silentLog, ...ports })
  onTestFinished(() => store.close())
  return store
}

/** The bare SDK on the embedded store's port: an independent judge of the wire. */
export async function bareSdk(
  embedded: EmbeddedStore,
  more: Partial<ConstructorParameters<typeof S3Client>[0]> = {},
): Promise<S3Client> {
  const { endpoint } = await embedded.listen()
  const client = new S3Client({
    endpoint,
    region: REGION,
    forcePathStyle: true,
    credentials: embedded.credentials,
    maxAttempts: 1,
    ...more,
  })
  onTestFinished(() => client.destroy())
  return client
}
