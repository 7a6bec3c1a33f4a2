import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
const { MUTATIONS } = (await import(join(ROOT, 'scripts/lib/mutations.mjs'))) as {
  readonly MUTATIONS: readonly {
    readonly name: string
    readonly edits: readonly { readonly file: string; readonly find: string }[]
  }[]
}

test.each(MUTATIONS)('the seeded bug fits the source once: $name', ({ edits }) => {
  for (const { file, find } of edits) {
    expect(readFileSync(join(ROOT, file), 'utf8').split(find).length - 1, file).toBe(1)
  }
})

test('no two seeded bugs have one name', () => {
  expect(new Set(MUTATIONS.map(({ name }) => name)).size).toBe(MUTATIONS.length)
})
