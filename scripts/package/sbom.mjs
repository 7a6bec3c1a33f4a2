import { createHash } from 'node:crypto'
import { electronVersion } from './stubDist.mjs'
import { listPackages, readLock, resolveFrom, sorted } from './lock.mjs'
import { shippedPackages } from './shipped.mjs'
import { readVersion } from './version.mjs'

/**
 * The bill of materials in CycloneDX 1.6, made from the lock file alone and the same each time. What may be in an installed
 * Fieldgate has the scope "required"; tools of those who build it are "excluded".
 */
export function writeSbom(lock = readLock()) {
  const shipped = new Set(shippedPackages(lock))
  const packages = listPackages(lock).filter(({ entry }) => entry.link !== true)
  const components = packages.map(({ path, name, version, entry }) => ({
    type: 'library',
    'bom-ref': refOf(path, lock),
    name,
    version,
    scope: shipped.has(path) ? 'required' : 'excluded',
    purl: purlOf(name, version),
    ...(entry.license === undefined ? {} : { licenses: [licenceOf(entry.license)] }),
    ...(entry.integrity === undefined ? {} : { hashes: hashesOf(entry.integrity) }),
  }))
  const root = `pkg:npm/fieldgate@${readVersion()}`
  const dependencies = [
    { ref: root, dependsOn: sorted([...shipped].map((path) => refOf(path, lock))) },
    ...packages.map(({ path, entry }) => ({ ref: refOf(path, lock), dependsOn: neededBy(path, entry, lock) })),
  ]
  const body = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: { type: 'application', 'bom-ref': root, name: 'fieldgate', version: readVersion(), purl: root },
      properties: [{ name: 'fieldgate:electron', value: electronVersion() }],
    },
    components,
    dependencies,
  }
  return { serialNumber: `urn:uuid:${uuidOf(JSON.stringify(body))}`, ...body }
}

function neededBy(path, entry, lock) {
  const names = Object.keys({ ...entry.dependencies, ...entry.optionalDependencies })
  const refs = names.flatMap((name) => {
    const found = resolveFrom(lock, path, name)
    return found === undefined ? [] : [refOf(found, lock)]
  })
  return sorted(new Set(refs))
}

/** One version of a package may lie in several folders: the folder tells them apart. */
function refOf(path, lock) {
  return `${path}@${lock[path].version}`
}

function purlOf(name, version) {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`
}

function licenceOf(text) {
  return /^[\w.+-]+$/.test(text) ? { license: { id: text } } : { expression: text }
}

function hashesOf(integrity) {
  return integrity.split(' ').map((part) => {
    const [algorithm, value] = part.split(/-(.*)/s)
    return {
      alg: algorithm.toUpperCase().replace(/^SHA/, 'SHA-'),
      content: Buffer.from(value, 'base64').toString('hex'),
    }
  })
}

/** A version 8 UUID: its bits are of our making, here of the content's hash. */
function uuidOf(text) {
  const hex = createHash('sha256').update(text).digest('hex')
  const variant = ((Number.parseInt(hex[16], 16) & 0x3) | 0x8).toString(16)
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-')
}
