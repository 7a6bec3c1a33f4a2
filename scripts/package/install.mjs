import { existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './stage.mjs'

/** An empty Debian system as far as dpkg is concerned: a folder that it installs into. */
export function makeDebianRoot(folder) {
  for (const name of ['info', 'updates', 'triggers']) mkdirSync(join(folder, 'var/lib/dpkg', name), { recursive: true })
  for (const name of ['status', 'available']) writeFileSync(join(folder, 'var/lib/dpkg', name), '')
  return folder
}

/**
 * Runs dpkg on a folder instead of this machine. Dependencies are not looked at (nothing else is installed there), and scripts of a
 * package run here with DPKG_ROOT, because the folder has no shell to change into.
 */
export function dpkg(root, ...args) {
  return run('dpkg', [
    `--root=${root}`,
    '--force-depends',
    '--force-not-root',
    '--force-bad-path',
    '--force-script-chrootless',
    `--log=${join(root, 'dpkg.log')}`,
    ...args,
  ])
}

/** What is wrong with the installed desktop package, as sentences: launcher, menu entry, icons, type, link scheme, sandbox. */
export async function checkDesktopInstall(root) {
  const usr = (path) => join(root, 'usr', path)
  const findings = []
  const expect = (isTrue, sentence) => {
    if (!isTrue) findings.push(sentence)
  }
  const entryPath = usr('share/applications/fieldgate-desktop.desktop')
  const entry = readEntry(entryPath)
  const launcher = usr(`bin/${(entry.get('Exec') ?? '').split(' ')[0]}`)
  expect(existsSync(launcher), 'The menu entry starts a program that is not there.')
  expect(/%U$/i.test(entry.get('Exec') ?? ''), 'The menu entry passes no address or file on.')
  const types = (entry.get('MimeType') ?? '').split(';')
  for (const type of ['x-scheme-handler/fieldgate', 'application/x-fieldgate-workspace'])
    expect(types.includes(type), `The menu entry does not take ${type}.`)
  const mime = readFileSync(usr('share/mime/packages/fieldgate-desktop.xml'), 'utf8')
  expect(mime.includes('type="application/x-fieldgate-workspace"'), 'The type of workspaces is not declared.')
  const icon = entry.get('Icon')
  const sizes = readdirSync(usr('share/icons/hicolor'))
  expect(
    sizes.length >= 8 &&
      sizes.every((size) =>
        existsSync(usr(`share/icons/hicolor/${size}/apps/${icon}.${size === 'scalable' ? 'svg' : 'png'}`)),
      ),
    'An icon of the menu entry is missing.',
  )
  const sandbox = usr('lib/fieldgate-desktop/chrome-sandbox')
  expect((lstatSync(sandbox).mode & 0o4755) === 0o4755, 'The sandbox helper has no right to do its work (mode 4755).')
  expect(
    existsSync(launcher) && realpathSync(launcher) === realpathSync(usr('lib/fieldgate-desktop/fieldgate-desktop')),
    'The launcher leads somewhere else than to the app.',
  )
  return findings
}

/** The keys of a desktop entry. */
function readEntry(path) {
  const pairs = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.includes('=') && !line.startsWith('#'))
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)])
  return new Map(pairs)
}

/** Installs the npm package into an empty project, with the network forbidden and no scripts; returns the path of its command. */
export async function installNpm(path, folder) {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
  const npm = process.env.npm_execpath
  const args = ['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', path]
  await (npm === undefined ? run('npm', args, { cwd: folder }) : run(process.execPath, [npm, ...args], { cwd: folder }))
  return realpathSync(join(folder, 'node_modules', '.bin', 'fieldgate'))
}
