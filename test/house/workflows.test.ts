import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readText } from './sources.ts'

const FOLDER = '.github/workflows'
const ROOT = join(import.meta.dirname, '../..')
const PINNED = /^[\w-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/

test('every action of the workflows is pinned to a commit, with its version beside it', () => {
  const used = readdirSync(join(ROOT, FOLDER)).flatMap((name) =>
    [...readText(`${FOLDER}/${name}`).matchAll(/^\s*(?:- )?uses: (.+)$/gm)].map((match) => match[1] as string),
  )
  expect(used.length).toBeGreaterThan(5)
  expect(used.filter((action) => !PINNED.test(action))).toEqual([])
})
