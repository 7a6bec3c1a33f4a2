import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../lib/paths.mjs'
import { nameOf, readLock, sorted } from './lock.mjs'
import { shippedPackages } from './shipped.mjs'

export const LICENCE_FILE = 'THIRD-PARTY-LICENSES.txt'
const TEXTS = /^(licen[cs]e|copying|notice|ofl)([-.].*)?$/i
const RULE = '-'.repeat(120)

/** Licences that may be part of Fieldgate. Another one is a decision for a person. */
const ALLOWED = [
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
  'OFL-1.1',
  'Python-2.0',
  'Unlicense',
]

/** Every package that may be in an installed Fieldgate with its licence and the texts that must go with it. */
export function listLicences(lock = readLock()) {
  return shippedPackages(lock).map((path) => {
    const folder = join(ROOT, path)
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const texts = sorted(readdirSync(folder))
      .filter((name) => TEXTS.test(name))
      .map((name) =>
        readFileSync(join(folder, name), 'utf8')
          .replaceAll('\r\n', '\n')
          .replace(/[ \t]+$/gm, '')
          .trim(),
      )
    return {
      name: nameOf(path),
      version: lock[path].version,
      licence: licenceOf(manifest),
      author: authorOf(manifest),
      texts,
    }
  })
}

/** The text of THIRD-PARTY-LICENSES.txt. Packages under the same words share them. */
export function writeLicences(packages = listLicences()) {
  const groups = new Map()
  for (const item of packages) {
    const text = item.texts.length === 0 ? withoutText(item) : item.texts.join('\n\n')
    groups.set(text, [...(groups.get(text) ?? []), `${item.name} ${item.version} (${item.licence})`])
  }
  const head = `Fieldgate contains parts of these packages. Made by scripts/licences.mjs from package-lock.json; the licences of Electron,
Chromium and Node lie beside their own files.`
  const parts = [...groups].map(([text, names]) => `${RULE}\n${[...new Set(names)].join('\n')}\n\n${text}\n`)
  return `${head}\n\n${parts.join('\n')}`
}

/** A package that names its licence and ships no text: who made it, and under what. */
function withoutText({ licence, author }) {
  return `Licensed under ${licence}${author === undefined ? '' : ` by ${author}`}; the package holds no text of it.`
}

function licenceOf({ license, licenses }) {
  if (typeof license === 'string') return license
  return license?.type ?? licenses?.map((item) => item.type).join(' OR ') ?? 'unknown'
}

function authorOf({ author }) {
  return typeof author === 'string' ? author.replace(/\s*<[^>]*>/, '') : author?.name
}

/** Packages under a licence that nobody decided on, as sentences. Of several licences to choose from, one is enough. */
export function undecidedLicences(packages = listLicences()) {
  return packages
    .filter(({ licence }) => !(licence.match(/[\w.-]+/g) ?? []).some((word) => ALLOWED.includes(word)))
    .map(({ name, licence }) => `${name} is under ${licence}, which nobody decided on.`)
}
