import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync } from 'oxc-parser'
import { ROOT } from '../lib/paths.mjs'
import { closureOf, readLock, sorted } from './lock.mjs'

const FOLDERS = ['electron', 'renderer', 'shared']
/** Not a part of what is built: the host provides it. */
const PROVIDED = ['electron']

/** Names of the packages that the sources of the product import at run time, sorted. Types leave nothing behind. */
export function directPackages() {
  const names = new Set(FOLDERS.flatMap(listSources).flatMap(packagesOf))
  return sorted(names).filter((name) => !PROVIDED.includes(name))
}

/**
 * Folders of every package of which something may be in an installed Fieldgate, sorted: what the sources import and all that those
 * packages need. Rather too many than too few: the bundler leaves out what is not used.
 */
export function shippedPackages(lock = readLock()) {
  return closureOf(directPackages(), lock)
}

function listSources(folder) {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) return listSources(path)
    return /\.(ts|tsx|css)$/.test(entry.name) && !entry.name.endsWith('.d.ts') ? [path] : []
  })
}

function packagesOf(path) {
  const text = readFileSync(join(ROOT, path), 'utf8')
  const specifiers = path.endsWith('.css')
    ? [...text.matchAll(/(?:@import\s+|url\()['"]([^'"]+)/g)].map((match) => match[1])
    : specifiersOf(path, text)
  return specifiers.filter((specifier) => !/^(\.|node:|virtual:|data:|https?:|\/|#)/.test(specifier)).map(packageName)
}

function specifiersOf(path, text) {
  const { module } = parseSync(path, text)
  const staticImports = module.staticImports
    .filter((item) => item.entries.length === 0 || item.entries.some((entry) => !entry.isType))
    .map((item) => item.moduleRequest.value)
  const again = module.staticExports.flatMap((item) =>
    item.entries.flatMap((entry) => (entry.moduleRequest === null || entry.isType ? [] : [entry.moduleRequest.value])),
  )
  const later = [...text.matchAll(/(?<!typeof )\bimport\(\s*['"]([^'"]+)['"]\s*\)/g)].map((match) => match[1])
  return [...staticImports, ...again, ...later]
}

/** `@scope/name` or `name` of what an import names. */
function packageName(specifier) {
  const parts = specifier.split('/')
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0]
}
