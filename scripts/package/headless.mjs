import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { ROOT } from '../lib/paths.mjs'
import { externalPackages, nameOf, readLock, sorted } from './lock.mjs'
import { writeManPage } from './manPage.mjs'
import { run } from './stage.mjs'
import { readVersion } from './version.mjs'

const DEB_ARCH = { x64: 'amd64', arm64: 'arm64' }
const ENTRIES = ['cli.js', 'engine.js', 'simulator.js', 'worker.js']
const MODULE_PARTS = /^(deps|src|binding\.gyp|README\.md|test|tests|test\.js|parquet\.thrift)$/
const resource = (name) => join(ROOT, 'resources', 'package', name)

/**
 * Puts the command of a staged build into an empty folder: bundles, window for `serve`, resources, licences, and the modules that
 * stay outside the bundles. `arch` keeps one native module; without it all stay, for a package that goes anywhere.
 */
export function layCommand(stage, folder, arch) {
  mkdirSync(join(folder, 'out', 'main'), { recursive: true })
  for (const name of reachable(join(stage, 'out/main')))
    copy(join(stage, 'out/main', name), join(folder, 'out/main', name))
  for (const name of ['renderer', 'resources'])
    cpSync(join(stage, 'out', name), join(folder, 'out', name), { recursive: true })
  for (const name of ['LICENSE', 'THIRD-PARTY-LICENSES.txt']) copy(join(stage, name), join(folder, name))
  for (const path of externalPackages()) layModule(path, folder, arch)
}

/** The entries of the command and every chunk that they load, also later. */
function reachable(folder) {
  const found = new Set()
  const visit = (name) => {
    if (found.has(name) || !existsSync(join(folder, name))) return
    found.add(name)
    const text = readFileSync(join(folder, name), 'utf8')
    for (const [, next] of text.matchAll(/["'`]\.\/([\w-]+\.js)["'`]/g)) visit(next)
  }
  for (const entry of ENTRIES) visit(entry)
  return sorted(found)
}

function layModule(path, folder, arch) {
  if (arch !== undefined && nameOf(path) === 'node-addon-api') return
  for (const name of readdirSync(join(ROOT, path))) {
    if (MODULE_PARTS.test(name) || name === 'node_modules') continue
    cpSync(join(ROOT, path, name), join(folder, path, name), { recursive: true })
  }
  if (nameOf(path) !== 'better-sqlite3') return
  for (const name of readdirSync(join(folder, path, 'lib')))
    if (/-(x64|arm64)\.js$/.test(name)) rmSync(join(folder, path, 'lib', name))
  const prebuilds = join(folder, path, 'prebuilds')
  for (const name of readdirSync(prebuilds))
    if (arch !== undefined && name !== `linux-${arch}.node`) rmSync(join(prebuilds, name))
}

/** Lays the command with its own Node into a folder that runs from anywhere; `node` is the path of the Node to bring. */
export function layRelocatable(stage, folder, { arch, node }) {
  layCommand(stage, folder, arch)
  writeManifest(folder, {
    name: 'fieldgate',
    version: readVersion(),
    type: 'module',
    private: true,
    license: 'Apache-2.0',
  })
  copy(node, join(folder, 'bin/node'), 0o755)
  copy(join(dirname(dirname(node)), 'LICENSE'), join(folder, 'LICENSE.node'))
  copy(resource('headless.sh'), join(folder, 'bin/fieldgate'), 0o755)
}

/** Makes fieldgate-VERSION-linux-ARCH.tar.gz of a relocatable folder, the same bytes each time; returns its path. */
export async function makeTarball(folder, target, { arch, epoch, level = 6 }) {
  const name = `fieldgate-${readVersion()}-linux-${arch}`
  const path = join(target, `${name}.tar.gz`)
  const shared = join(target, `.${name}`)
  rmSync(shared, { recursive: true, force: true })
  cpSync(folder, join(shared, name), { recursive: true })
  layShared(join(shared, name, 'share'))
  await run('tar', [
    '--sort=name',
    `--mtime=@${epoch}`,
    '--owner=0',
    '--group=0',
    '--numeric-owner',
    `--use-compress-program=gzip -n -${level}`,
    '-cf',
    path,
    '-C',
    shared,
    name,
  ])
  rmSync(shared, { recursive: true })
  return path
}

/** Man page and units, for the places a person puts them in. */
function layShared(folder) {
  write(join(folder, 'man/man1/fieldgate.1.gz'), gzipSync(writeManPage(), { level: 9 }))
  cpSync(join(ROOT, 'resources/deploy/systemd'), join(folder, 'systemd'), { recursive: true })
}

/** Makes the Debian package of a relocatable folder; returns its path. Needs dpkg-deb. */
export async function makeHeadlessDeb(folder, target, { arch, epoch, level = 6 }) {
  const root = join(target, '.headless-root')
  rmSync(root, { recursive: true, force: true })
  cpSync(folder, join(root, 'usr/lib/fieldgate'), { recursive: true })
  mkdirSync(join(root, 'usr/bin'), { recursive: true })
  symlinkSync('../lib/fieldgate/bin/fieldgate', join(root, 'usr/bin/fieldgate'))
  const units = join(ROOT, 'resources/deploy/systemd')
  for (const unit of readdirSync(units)) copy(join(units, unit), join(root, 'usr/lib/systemd/system', unit))
  write(join(root, 'usr/share/man/man1/fieldgate.1.gz'), gzipSync(writeManPage(), { level: 9 }))
  copy(join(folder, 'LICENSE'), join(root, 'usr/share/doc/fieldgate/copyright'))
  for (const script of ['postinst', 'prerm', 'postrm'])
    copy(resource(`debian/${script}`), join(root, 'DEBIAN', script), 0o755)
  write(join(root, 'DEBIAN/control'), controlFile(arch, await installedKib(root)))
  const path = join(target, `fieldgate_${readVersion()}_${DEB_ARCH[arch]}.deb`)
  await run('dpkg-deb', ['--root-owner-group', '-Zgzip', `-z${level}`, '--build', root, path], {
    env: { SOURCE_DATE_EPOCH: String(epoch) },
  })
  rmSync(root, { recursive: true })
  return path
}

function controlFile(arch, kib) {
  return `Package: fieldgate
Version: ${readVersion()}
Section: utils
Priority: optional
Architecture: ${DEB_ARCH[arch]}
Depends: libc6 (>= 2.28), libstdc++6, passwd
Installed-Size: ${kib}
Maintainer: Fieldgate <maintainers@fieldgate.example>
Description: Carries readings of sensor nodes to S3 and proves it
 The command fieldgate with its own Node, its manual page and systemd units.
 It uploads the rows of SQLite files as Parquet objects into S3 buckets, exactly
 once, and proves it. No display is needed; the desktop app is another package.
`
}

async function installedKib(root) {
  return Number((await run('du', ['-sk', '--apparent-size', root])).split('\t')[0])
}

/**
 * Makes the npm package: the bundles, and the modules outside of them as bundled dependencies. So what is installed is what was
 * tested, nothing is compiled, and no other package is fetched. Returns its path.
 */
export async function makeNpmPackage(stage, target) {
  const folder = join(target, '.npm')
  rmSync(folder, { recursive: true, force: true })
  layCommand(stage, folder)
  copy(join(ROOT, 'README.md'), join(folder, 'README.md'))
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const lock = readLock()
  const dependencies = Object.fromEntries(
    Object.keys(manifest.dependencies).map((name) => [name, lock[`node_modules/${name}`].version]),
  )
  writeManifest(folder, {
    name: 'fieldgate',
    version: manifest.version,
    description: manifest.description,
    license: manifest.license,
    author: manifest.author,
    type: 'module',
    bin: { fieldgate: 'out/main/cli.js' },
    files: ['out', 'THIRD-PARTY-LICENSES.txt'],
    engines: manifest.engines,
    dependencies,
    bundleDependencies: Object.keys(dependencies),
  })
  chmodSync(join(folder, 'out/main/cli.js'), 0o755)
  const npm = process.env.npm_execpath
  const args = ['pack', '--pack-destination', target, '--loglevel=error']
  await (npm === undefined ? run('npm', args, { cwd: folder }) : run(process.execPath, [npm, ...args], { cwd: folder }))
  rmSync(folder, { recursive: true })
  return join(target, `fieldgate-${manifest.version}.tgz`)
}

function writeManifest(folder, manifest) {
  write(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
}

function copy(from, to, mode = 0o644) {
  write(to, readFileSync(from), mode)
}

function write(path, content, mode = 0o644) {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content, { mode })
}
