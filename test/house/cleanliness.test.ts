import { statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { listFiles, listSources, readText, ROOT } from './sources.ts'

const BINARY = /\.(png|ico|icns|woff2?|parquet|db|jpg|gz)$/
const OWN = 'test/house/cleanliness.test.ts'
const texts = listFiles()
  .filter((path) => !BINARY.test(path) && path !== OWN && path !== 'package-lock.json')
  .map((path) => ({ path, text: readText(path) }))

function offences(
  pattern: RegExp,
  isAllowed: (path: string, match: string) => boolean = () => false,
): readonly string[] {
  return texts.flatMap(({ path, text }) =>
    [...text.matchAll(pattern)].filter((match) => !isAllowed(path, match[0])).map((match) => `${path}: ${match[0]}`),
  )
}

test('no file names a folder of somebody’s machine', () => {
  expect(
    offences(
      /(?<![\w.])\/(?:work|root|Users)\/[\w.-]+|\/home\/(?!node\b|field\b|fieldgate\b|ana\b|sensor\b)[a-z][\w-]*/g,
    ),
  ).toEqual([])
})

test('no file names a package registry or mirror', () => {
  expect(offences(/registry\.[a-z]+\.[a-z]+|npmmirror|artifactory|verdaccio|nexus\/repository/gi)).toEqual([])
})

test('no file holds a key that could be real', () => {
  const isExample = (_path: string, match: string): boolean => /EXAMPLE|TEST|FAKE|0000|XXXX|0123456789/i.test(match)
  expect(offences(/\bA(?:KIA|SIA)[0-9A-Z]{16}\b/g, isExample)).toEqual([])
  expect(
    offences(/\b(?:gh[pousr]_[A-Za-z0-9]{30,}|dapi[0-9a-f]{32}|xox[bp]-[\w-]{20,}|sk-[A-Za-z0-9]{40,})/g, isExample),
  ).toEqual([])
  expect(offences(/-----BEGIN [A-Z ]*PRIVATE KEY-----/g)).toEqual([])
})

test('no test is skipped or singled out, and nothing is left to do', () => {
  const isTest = (path: string): boolean => /\.(test|spec)\.tsx?$/.test(path)
  expect(offences(/\b(?:test|it|describe)\.(?:only|skip|todo|fails)\b/g, (path) => !isTest(path))).toEqual([])
  expect(offences(/\b(?:TODO|FIXME|XXX|HACK)\b(?!\d)/g, (path) => !/\.(ts|tsx|mjs)$/.test(path))).toEqual([])
})

test('no source is longer than 400 lines and half of them not longer than 120', () => {
  const lengths = listSources()
    .filter((path) => !path.startsWith('test/') && !path.startsWith('e2e/') && !path.startsWith('bench/'))
    .map((path) => ({ path, lines: readText(path).split('\n').length - 1 }))
    .toSorted((a, b) => a.lines - b.lines)
  // The contract is one table: splitting it would hide what the window may ask.
  const long = lengths.filter((file) => file.lines > 400 && file.path !== 'shared/ipc/contract.ts')
  expect(long).toEqual([])
  expect(lengths[Math.floor(lengths.length / 2)]?.lines ?? 0).toBeLessThanOrEqual(120)
})

test('no large file, database or compiled source is committed', () => {
  const large = listFiles().filter(
    (path) => path !== 'package-lock.json' && statSync(join(ROOT, path)).size > 1_000_000,
  )
  expect(large).toEqual([])
  expect(listFiles().filter((path) => /\.(db|db-wal|db-shm|sqlite)$/.test(path))).toEqual([])
  expect(listFiles().filter((path) => /^(electron|renderer|shared|test|e2e)\/.*\.js$/.test(path))).toEqual([])
})

test('every exported function says what it guarantees', () => {
  const silent = listSources()
    .filter((path) => /^(electron|shared)\//.test(path))
    .flatMap((path) => {
      const lines = readText(path).split('\n')
      return lines.flatMap((line, at) => {
        const name = /^export (?:async )?function\*? (\w+)/.exec(line)?.[1]
        const before = lines[at - 1]?.trim() ?? ''
        return name === undefined || before.endsWith('*/') || isOverload(lines, at, name) ? [] : [`${path}: ${name}`]
      })
    })
  expect(silent).toEqual([])
})

/** Overloads and the body below them share one docstring. */
function isOverload(lines: readonly string[], at: number, name: string): boolean {
  return lines.slice(Math.max(0, at - 6), at).some((line) => line.startsWith(`export function ${name}(`))
}
