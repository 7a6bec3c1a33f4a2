import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readText, ROOT } from './sources.ts'

interface Group {
  readonly name: string
  readonly tests: readonly (readonly [file: string, part: string, writtenIn?: string])[]
  readonly gap?: string
}

const { FAULT_GROUPS } = (await import(join(ROOT, 'scripts/lib/faultGroups.mjs'))) as { FAULT_GROUPS: readonly Group[] }

test('docs/RELIABILITY.md has all 28 groups of faults, each with a test or the reason why not', () => {
  const page = readText('docs/RELIABILITY.md')
  expect(FAULT_GROUPS).toHaveLength(28)
  expect(FAULT_GROUPS.filter((group, index) => !page.includes(`| ${index + 1} | ${group.name} |`))).toEqual([])
  expect(FAULT_GROUPS.filter((group) => group.tests.length === 0 && group.gap === undefined)).toEqual([])
})

test('every test that a group of faults names is written in its file', () => {
  const lost = FAULT_GROUPS.flatMap((group) =>
    group.tests
      .filter(([file, part, writtenIn = file]) => !readText(writtenIn).includes(part))
      .map(([file, part]) => `${file}: ${part}`),
  )
  expect(lost).toEqual([])
})
