import { createHash } from 'node:crypto'
import { existsSync, lstatSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { extractAll, listPackage, uncache } from '@electron/asar'
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { parse } from 'yaml'
import { ROOT } from '../lib/paths.mjs'
import { externalPackages } from './lock.mjs'

/** Sizes that a package may have, in bytes. */
export const LIMITS = { asar: 15_000_000, installer: 110_000_000, unpacked: 300_000_000 }

const ENTRIES = ['cli.js', 'engine.js', 'index.js', 'simulator.js', 'worker.js']
const RESOURCES = ['demo', 'deploy', 'icons', 'scenarios']
/** Nothing that is only of use to those who build Fieldgate. */
const FORBIDDEN = [
  /\.(ts|tsx|mts|cts|map|tsbuildinfo)$/,
  /\.(db|db-wal|db-shm|sqlite|parquet)$/,
  /(^|\/)(test|tests|e2e|bench|docs|examples?|\.git|\.github)(\/|$)/,
  /\.(test|spec)\.[a-z]+$/,
  /(^|\/)(\.env|credentials|\.npmrc)(\/|$)/,
  /\.(gyp|c|cc|cpp|h)$/,
]
const OUTSIDE = {
  linux: [
    'chrome-sandbox',
    'chrome_crashpad_handler',
    'fieldgate-desktop',
    'resources/app-update.yml',
    'resources/bin/fieldgate',
  ],
  win32: ['Fieldgate.exe', 'resources/bin/fieldgate.cmd'],
}
const EVERYWHERE = [
  'LICENSE',
  'LICENSE.electron.txt',
  'LICENSES.chromium.html',
  'THIRD-PARTY-LICENSES.txt',
  'locales/en-US.pak',
  'resources/app.asar',
  'version',
]

/**
 * Compares the folder of a packed app with what it must be. Returns what is wrong as sentences (none when all is well) and its
 * measures. `isStub` says that a stub stands for Electron: then the files outside the archive are known to the last one.
 */
export async function checkContent(folder, { platform, arch, isStub }) {
  const asar = join(folder, 'resources', 'app.asar')
  uncache(asar)
  const packed = listPackage(asar, { isPack: false }).map((path) => path.replaceAll('\\', '/').slice(1))
  const files = listTree(folder)
  const native = `node_modules/better-sqlite3/prebuilds/${platform}-${arch}.node`
  const findings = [
    ...difference('The archive holds', topLevel(packed), ['node_modules', 'out', 'package.json']),
    ...difference('The archive holds the modules', modulesOf(packed), expectedModules()),
    ...difference('out/ holds', childrenOf(packed, 'out/'), ['main', 'preload', 'renderer', 'resources']),
    ...difference('out/resources holds', childrenOf(packed, 'out/resources/'), RESOURCES),
    ...difference('out/preload holds', childrenOf(packed, 'out/preload/'), ['index.cjs']),
    ...difference('out/main starts with', entriesOf(packed), ENTRIES),
    ...difference(
      'Native modules are',
      packed.filter((path) => path.endsWith('.node')),
      [native],
    ),
    ...difference(
      'Outside the archive lies',
      files.filter((path) => path.startsWith('resources/app.asar.unpacked/')),
      [`resources/app.asar.unpacked/${native}`],
    ),
    ...packed
      .filter((path) => FORBIDDEN.some((pattern) => pattern.test(path)))
      .map((path) => `The archive holds ${path}, which is of no use to a person.`),
    ...(isStub
      ? difference(
          'The folder holds',
          files.filter((path) => !path.startsWith('resources/app.asar.unpacked/')),
          [...EVERYWHERE, ...OUTSIDE[platform]],
        )
      : EVERYWHERE.filter((path) => !files.includes(path)).map((path) => `${path} is missing.`)),
    ...nativeFindings(join(folder, 'resources/app.asar.unpacked', native), platform, arch),
    ...(await fuseFindings(
      join(
        folder,
        OUTSIDE[platform].find((path) => /^[Ff]ieldgate/.test(path)),
      ),
    )),
  ]
  return {
    findings,
    entries: packed.length,
    asarBytes: statSync(asar).size,
    asarSha256: sha256(asar),
    unpackedBytes: files.reduce((bytes, path) => bytes + lstatSync(join(folder, path)).size, 0),
  }
}

/** Unpacks the archive of a packed app, native module included, and checks its manifest and page. */
export function extractApp(folder, target) {
  extractAll(join(folder, 'resources', 'app.asar'), target)
  const manifest = JSON.parse(readFileSync(join(target, 'package.json'), 'utf8'))
  const page = readFileSync(join(target, 'out/renderer/index.html'), 'utf8')
  const inline = [...page.matchAll(/<script(?![^>]*\bsrc=)[^>]*>|<style|\son[a-z]+=|\sstyle=/g)].map(([text]) => text)
  return [
    ...(existsSync(join(target, manifest.main)) ? [] : [`package.json names ${manifest.main}, which is not there.`]),
    ...(manifest.devDependencies === undefined || Object.keys(manifest.devDependencies).length === 0
      ? []
      : ['package.json lists development dependencies.']),
    ...(manifest.type === 'module' ? [] : ['package.json must say that modules are ES modules.']),
    ...inline.map((text) => `The page has inline code or style, which its policy refuses: ${text}`),
  ]
}

/** Names in `got` and not in `wanted`, and the other way round, as sentences. */
function difference(what, got, wanted) {
  return [
    ...got.filter((name) => !wanted.includes(name)).map((name) => `${what} ${name}, and should not.`),
    ...wanted.filter((name) => !got.includes(name)).map((name) => `${what} no ${name}, and should.`),
  ]
}

function topLevel(paths) {
  return [...new Set(paths.map((path) => path.split('/')[0]))]
}

function childrenOf(paths, folder) {
  return [
    ...new Set(paths.filter((path) => path.startsWith(folder)).map((path) => path.slice(folder.length).split('/')[0])),
  ]
}

function modulesOf(paths) {
  const found = paths.flatMap((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? [])
  return [...new Set(found)]
}

/** node-addon-api is needed to compile better-sqlite3, which nobody does. */
function expectedModules() {
  return externalPackages()
    .map((path) => path.slice('node_modules/'.length))
    .filter((name) => name !== 'node-addon-api')
}

/** Files in out/main that are no chunk: chunks carry a hash. */
function entriesOf(paths) {
  return childrenOf(paths, 'out/main/').filter((name) => !/-[\w-]{8}\.js$/.test(name))
}

const ELF_MACHINES = { x64: 0x3e, arm64: 0xb7 }
const PE_MACHINES = { x64: 0x8664, arm64: 0xaa64 }

/** Reads the header of a native module: its name alone proves nothing. */
function nativeFindings(path, platform, arch) {
  if (!existsSync(path)) return [`${path} is not there.`]
  const bytes = readFileSync(path)
  if (platform === 'linux') {
    const isElf = bytes.subarray(0, 4).toString('latin1') === '\u007fELF'
    return isElf && bytes.readUInt16LE(18) === ELF_MACHINES[arch] ? [] : [`${path} is no module for Linux ${arch}.`]
  }
  const at = bytes.readUInt32LE(0x3c)
  const isPe =
    bytes.subarray(0, 2).toString('latin1') === 'MZ' && bytes.subarray(at, at + 2).toString('latin1') === 'PE'
  return isPe && bytes.readUInt16LE(at + 4) === PE_MACHINES[arch] ? [] : [`${path} is no module for Windows ${arch}.`]
}

/** Fuses that electron-builder.yml asks for, by the name the tool has for them. */
export function wantedFuses() {
  const { electronFuses } = parse(readFileSync(join(ROOT, 'electron-builder.yml'), 'utf8'))
  return Object.entries(electronFuses).map(([name, isOn]) => [`${name[0].toUpperCase()}${name.slice(1)}`, isOn])
}

async function fuseFindings(executable) {
  const wire = await getCurrentFuseWire(executable)
  return wantedFuses().flatMap(([name, isOn]) => {
    const wanted = isOn ? FuseState.ENABLE : FuseState.DISABLE
    return wire[FuseV1Options[name]] === wanted ? [] : [`The fuse ${name} is not ${isOn ? 'on' : 'off'}.`]
  })
}

export function listTree(folder, below = '') {
  return readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) => {
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    return entry.isDirectory() ? listTree(folder, path) : [path]
  })
}

export function sha256(path) {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}
