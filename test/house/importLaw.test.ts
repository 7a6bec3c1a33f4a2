import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { allowsFile, allowsPackage, ROOT_FILES, roomOf } from './rooms.ts'
import { listSources, packageOf, readImports, ROOT } from './sources.ts'

const sources = listSources()

test('every source lies in a room', () => {
  expect(sources.length).toBeGreaterThan(100)
  expect(sources.filter((file) => roomOf(file) === undefined && !ROOT_FILES.includes(file))).toEqual([])
})

test('every import is allowed by the law of its room', () => {
  const offences: string[] = []
  for (const file of sources) {
    const own = roomOf(file)
    if (own === undefined) continue
    for (const { specifier, file: target } of readImports(file)) {
      const name = packageOf(specifier)
      if (target !== undefined && !allowsFile(own, target)) offences.push(`${file} → ${target}`)
      if (name !== undefined && !allowsPackage(own, name)) offences.push(`${file} → ${name}`)
      if (specifier.startsWith('node:') && !own.hasNode) offences.push(`${file} → ${specifier}`)
    }
  }
  expect(offences).toEqual([])
})

test('a screen never imports another screen', () => {
  const screenOf = (file: string): string | undefined => /^renderer\/screens\/([^/]+)\//.exec(file)?.[1]
  const offences = sources.flatMap((file) => {
    const own = screenOf(file)
    if (own === undefined) return []
    return readImports(file)
      .filter(({ file: target }) => target !== undefined && (screenOf(target) ?? own) !== own)
      .map(({ file: target }) => `${file} → ${target}`)
  })
  expect(offences).toEqual([])
})

test('every relative import names a file that exists, with its ending', () => {
  const offences = sources.flatMap((file) =>
    readImports(file)
      .filter((item) => item.file !== undefined && !existsSync(join(ROOT, item.file)))
      .map((item) => `${file} → ${item.specifier}`),
  )
  expect(offences).toEqual([])
})

test('no module imports itself around a corner', () => {
  const graph = new Map(
    sources.map((file) => [
      file,
      readImports(file).flatMap((item) => (item.file === undefined || item.isTypeOnly ? [] : [item.file])),
    ]),
  )
  expect(findCycle(graph)).toBeUndefined()
})

/** A cycle of the graph as a path, or undefined. Depth first with three colours. */
function findCycle(graph: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  const done = new Set<string>()
  const open: string[] = []
  const visit = (file: string): readonly string[] | undefined => {
    if (done.has(file)) return undefined
    const at = open.indexOf(file)
    if (at >= 0) return [...open.slice(at), file]
    open.push(file)
    for (const next of graph.get(file) ?? []) {
      const cycle = visit(next)
      if (cycle !== undefined) return cycle
    }
    open.pop()
    done.add(file)
    return undefined
  }
  for (const file of graph.keys()) {
    const cycle = visit(file)
    if (cycle !== undefined) return cycle
  }
  return undefined
}
