import { expect, test } from 'vitest'
import { readText } from './sources.ts'

interface LockEntry {
  readonly version?: string
  readonly resolved?: string
  readonly integrity?: string
  readonly link?: boolean
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}

const packages = (
  JSON.parse(readText('package-lock.json')) as { readonly packages: Readonly<Record<string, LockEntry>> }
).packages

/** Where a dependency of a package is found: beside it, or in a folder above. */
function isFound(from: string, name: string): boolean {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    if (packages[`${folder === '' ? '' : `${folder}/`}node_modules/${name}`] !== undefined) return true
    if (folder === '') return false
  }
}

test('every dependency named in the lock file has an entry, those of other platforms too', () => {
  const missing = Object.entries(packages).flatMap(([path, entry]) =>
    Object.keys({ ...entry.dependencies, ...entry.optionalDependencies })
      .filter((name) => !isFound(path, name))
      .map((name) => `${path === '' ? '(root)' : path} → ${name}`),
  )
  expect(Object.keys(packages).length).toBeGreaterThan(300)
  expect(missing).toEqual([])
})

test('package.json and the lock file name the same packages', () => {
  const manifest = JSON.parse(readText('package.json')) as LockEntry
  const root = packages[''] ?? {}
  for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies'] as const) {
    expect(root[kind] ?? {}).toEqual(manifest[kind] ?? {})
  }
})

test('the lock file names no registry and every package has an integrity hash', () => {
  const entries = Object.entries(packages).filter(([path]) => path !== '')
  expect(entries.filter(([, entry]) => entry.resolved !== undefined)).toEqual([])
  expect(entries.filter(([, entry]) => entry.integrity === undefined)).toEqual([])
})

test('no package may run a script at install, and the lock stays free of addresses', () => {
  const settings = readText('.npmrc').split('\n')
  expect(settings).toContain('ignore-scripts=true')
  expect(settings).toContain('omit-lockfile-registry-resolved=true')
})
