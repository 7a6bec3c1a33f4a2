import { createHash, randomBytes } from 'node:crypto'
import { META_SHA256 } from '../../../../electron/core/objects/port.ts'
import { createS3ObjectStore } from '../../../../electron/core/objects/client.ts'
import { createEmbeddedStore } from '../../../../electron/core/objects/embedded/embeddedStore.ts'
import { systemClock } from '../../../../electron/core/support/clock.ts'
import { silentLog } from '../../../../electron/core/support/log.ts'

/** Writes until it is killed; prints `key sha256` after each put that was acknowledged. */
const [, , folder = '', tag = ''] = process.argv
const embedded = createEmbeddedStore({ folder, region: 'eu-central-1', clock: systemClock })
const store = createS3ObjectStore(
  { kind: 'embedded', folder, region: 'eu-central-1' },
  { clock: systemClock, log: silentLog, embedded },
)
await store.ensureBucket('load')

async function write(writer: number): Promise<void> {
  for (let n = 0; ; n++) {
    const bytes = randomBytes(1 + Math.floor(Math.random() * 60_000))
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    const key = `${tag}/${writer}/${n}`
    const body = { kind: 'bytes', bytes } as const
    const outcome = await store.putIfAbsent({ bucket: 'load', key, body, metadata: { [META_SHA256]: sha256 } })
    // Another process may have taken the name: then this one was told so, and nothing of it is stored.
    if (outcome.kind === 'differs') continue
    process.stdout.write(`${key} ${sha256}\n`)
  }
}

await Promise.all(Array.from({ length: 8 }, (_, writer) => write(writer)))
