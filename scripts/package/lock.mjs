import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../lib/paths.mjs'

/** @typedef {{ path: string, name: string, version: string, entry: Record<string, any> }} LockedPackage */

/** The packages of a parsed package-lock.json, by folder. */
export function readLock(root = ROOT) {
  return JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
}

/** Every package in the lock with its name, in the order of the lock. @returns {LockedPackage[]} */
export function listPackages(lock = readLock()) {
  return Object.entries(lock)
    .filter(([path]) => path !== '')
    .map(([path, entry]) => ({ path, name: nameOf(path), version: entry.version, entry }))
}

/** The name a folder of node_modules stands for. */
export function nameOf(path) {
  return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
}

/** The folder in which `name` is found by a module of the package in `from`; undefined when it is not installed. */
export function resolveFrom(lock, from, name) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const path = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`
    if (lock[path] !== undefined) return path
    if (folder === '') return undefined
  }
}

/** Folders of the packages named and of everything that they need at run time, sorted. Optional ones are left out. */
export function closureOf(names, lock = readLock()) {
  const found = new Set()
  const visit = (from, name) => {
    const path = resolveFrom(lock, from, name)
    if (path === undefined) throw new Error(`${name} is not in the lock file; run npm install.`)
    if (found.has(path)) return
    found.add(path)
    for (const child of neededBy(lock[path])) visit(path, child)
  }
  for (const name of names) visit('', name)
  return sorted(found)
}

/** Texts in the order of their code points, the same on every machine. */
export function sorted(texts) {
  return [...texts].toSorted((a, b) => Number(a > b) - Number(a < b))
}

/** What a package needs beside it: its dependencies, and the peers that it cannot do without. */
function neededBy({ dependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} }) {
  const peers = Object.keys(peerDependencies).filter((name) => peerDependenciesMeta[name]?.optional !== true)
  return [...Object.keys(dependencies), ...peers]
}

/** Packages that stay outside the bundles: the dependencies of package.json and what they need. */
export function externalPackages(lock = readLock()) {
  return closureOf(Object.keys(lock[''].dependencies ?? {}), lock)
}
