import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, test, vi } from 'vitest'
import { inProcess, openEmbedded, temporaryFolder } from '../stores.ts'

// Every put is synced to disk: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 120_000 })

const CHILD = fileURLToPath(new URL('./writerChild.ts', import.meta.url))

/** Runs eight writers in a process of their own, kills it after so many acknowledgements, tells what was acknowledged. */
async function killUnderLoad(
  folder: string,
  tag: string,
  acknowledgements: number,
): Promise<ReadonlyMap<string, string>> {
  const child = spawn(process.execPath, [CHILD, folder, tag], { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part
    if (text.split('\n').length > acknowledgements) child.kill('SIGKILL')
  })
  await once(child, 'close')
  const lines = text.slice(0, text.lastIndexOf('\n')).split('\n')
  return new Map(lines.map((line) => line.split(' ') as [string, string]))
}

describe('durability of the embedded store', () => {
  test('two processes on one store never both get a name, and each keeps what it was told', async () => {
    const folder = temporaryFolder()
    const [one, two] = await Promise.all([killUnderLoad(folder, 'shared', 60), killUnderLoad(folder, 'shared', 60)])
    expect([...one.keys()].filter((key) => two.has(key))).toEqual([])
    expect(one.size + two.size).toBeGreaterThanOrEqual(120)
    const store = inProcess(openEmbedded(folder))
    for (const [key, sha256] of [...one, ...two]) {
      expect(
        createHash('sha256')
          .update(await store.get('load', key))
          .digest('hex'),
      ).toBe(sha256)
    }
  })

  test('after SIGKILL under load every acknowledged object is there, whole, again and again', async () => {
    const folder = temporaryFolder()
    const acknowledged = new Map<string, string>()
    for (const [tag, count] of [
      ['first', 30],
      ['second', 75],
      ['third', 120],
    ] as const) {
      for (const [key, sha256] of await killUnderLoad(folder, tag, count)) acknowledged.set(key, sha256)
    }
    expect(acknowledged.size).toBeGreaterThanOrEqual(225)
    const store = inProcess(openEmbedded(folder))
    const wrong: string[] = []
    for (const [key, sha256] of acknowledged) {
      const bytes = await store.get('load', key)
      if (createHash('sha256').update(bytes).digest('hex') !== sha256) wrong.push(key)
    }
    expect(wrong).toEqual([])
    let token: string | undefined
    do {
      const page = await store.list({ bucket: 'load', token })
      for (const object of page.objects) {
        // Stored but not acknowledged is allowed; torn is not.
        const head = await store.head('load', object.key)
        const bytes = await store.get('load', object.key)
        expect(createHash('sha256').update(bytes).digest('hex')).toBe(head?.metadata['fieldgate-sha256'])
      }
      token = page.nextToken
    } while (token !== undefined)
  })
})
