import { createHash } from 'node:crypto'
import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { listObjects, listOpenExecutions } from '../../../electron/core/db/ledger/executions.ts'
import { listCursors } from '../../../electron/core/db/ledger/lanes.ts'
import { META_SHA256 } from '../../../electron/core/objects/port.ts'
import type { PutObject } from '../../../electron/core/objects/port.ts'
import { makeUploaderBench } from '../../helpers/uploaderBench.ts'
import type { UploaderBench } from '../../helpers/uploaderBench.ts'

const never = new AbortController().signal
let bench: UploaderBench

afterEach(() => bench.remove())

/** Somebody else puts an object under the name first. */
async function putForeign(put: PutObject): Promise<void> {
  const path = join(bench.folder, 'foreign.parquet')
  writeFileSync(path, 'somebody else wrote this')
  const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex')
  const body = { kind: 'file', path, bytes: statSync(path).size } as const
  await bench.store.putIfAbsent({
    bucket: put.bucket,
    key: put.key,
    body,
    contentType: 'text/plain',
    metadata: { [META_SHA256]: sha256 },
  })
}

describe('an object of other content under the name of ours', () => {
  test('is never overwritten nor taken for ours; once it is moved away the rows are delivered', async () => {
    bench = makeUploaderBench({ rows: 5 })
    const names: string[] = []
    bench.beforePut = async (put) => {
      names.push(`${put.bucket}/${put.key}`)
      await putForeign(put)
    }
    const failed = await bench.uploader().once(undefined, never)
    const [name] = names
    if (name === undefined) throw new Error('nothing was put')
    expect(failed.nodes).toMatchObject([{ rows: 0, failure: { code: 'conflict' } }])
    expect(failed.nodes[0]?.failure?.hint).toMatch(/Nothing was overwritten.*Move it away/)
    expect(listCursors(bench.ledger)[0]?.ackedSeq).toBe(0)
    const [open] = listOpenExecutions(bench.ledger)
    expect(listObjects(bench.ledger, open?.id ?? 0)).toMatchObject([{ state: 'conflict' }])
    expect(Buffer.from(bench.store.objects.get(name)?.bytes ?? []).toString()).toBe('somebody else wrote this')

    bench.store.objects.delete(name)
    bench.beforePut = async () => undefined
    const uploader = bench.uploader()
    uploader.nudge()
    expect((await uploader.once(undefined, never)).nodes).toMatchObject([{ rows: 5, failure: undefined }])
    expect(listCursors(bench.ledger)[0]?.ackedSeq).toBe(5)
  })
})

describe('a spool file that a crash left', () => {
  const damages: readonly (readonly [string, (path: string) => void])[] = [
    ['torn', (path) => truncateSync(path, statSync(path).size - 7)],
    [
      'with other bytes of the same number',
      (path) => {
        const bytes = readFileSync(path)
        bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1
        writeFileSync(path, bytes)
      },
    ],
  ]
  test.each(damages)('%s is made again instead of being sent', async (_what, damage) => {
    bench = makeUploaderBench({ rows: 5 })
    const crashing = bench.uploader({
      token: 'crashed',
      step: (step) => {
        if (step === 'encodedRecorded') throw new Error('The power is gone.')
      },
    })
    await crashing.once(undefined, AbortSignal.timeout(300))
    const [open] = listOpenExecutions(bench.ledger)
    const before = listObjects(bench.ledger, open?.id ?? 0)
    expect(before).toMatchObject([{ state: 'encoded' }])
    damage(before[0]?.spoolPath ?? '')

    const uploader = bench.uploader({ token: 'another' })
    uploader.nudge()
    expect((await uploader.once(undefined, never)).nodes).toMatchObject([{ rows: 5, failure: undefined }])
    const [stored] = listObjects(bench.ledger, open?.id ?? 0)
    expect(stored).toMatchObject({ state: 'stored', key: before[0]?.key, sha256: before[0]?.sha256 })
    const bytes = bench.store.objects.get(`${stored?.bucket}/${stored?.key}`)?.bytes
    expect(
      createHash('sha256')
        .update(bytes ?? '')
        .digest('hex'),
    ).toBe(stored?.sha256)
  })
})
