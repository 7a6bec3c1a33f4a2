import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Installer as DebianInstaller } from 'electron-installer-debian'
import { Installer as RedhatInstaller } from 'electron-installer-redhat'
import { ROOT } from '../lib/paths.mjs'
import { readVersion } from './version.mjs'

const DEB_ARCH = { x64: 'amd64', arm64: 'arm64' }
const RPM_ARCH = { x64: 'x86_64', arm64: 'aarch64' }
export const DESKTOP_NAME = 'fieldgate-desktop'
const MIME_FILE = `share/mime/packages/${DESKTOP_NAME}.xml`
const resource = (name) => join(ROOT, 'resources', 'package', name)

/** What both kinds of package say about the app. */
function describe(source, target, arch) {
  return {
    src: source,
    dest: target,
    arch,
    name: DESKTOP_NAME,
    bin: DESKTOP_NAME,
    productName: 'Fieldgate',
    genericName: 'Fleet manager for sensor nodes',
    description: 'Carries readings of sensor nodes to S3 and proves it',
    productDescription:
      'The desktop app of Fieldgate: a fleet of sensor nodes, what their pipelines do, and the proof that every reading ' +
      'arrived exactly once. The command for machines without a display is the package fieldgate.',
    version: readVersion(),
    license: 'Apache-2.0',
    homepage: undefined,
    categories: ['Utility'],
    mimeType: ['x-scheme-handler/fieldgate', 'application/x-fieldgate-workspace'],
    icon: iconFiles(),
    logger: () => undefined,
  }
}

function iconFiles() {
  const folder = join(ROOT, 'resources', 'icons')
  const sizes = readdirSync(folder).filter((name) => /^\d+x\d+\.png$/.test(name))
  return {
    ...Object.fromEntries(sizes.map((name) => [name.slice(0, -'.png'.length), join(folder, name)])),
    scalable: join(folder, 'app.svg'),
  }
}

/** Debian package of the desktop app, with the type of its workspaces. */
class DesktopDeb extends DebianInstaller {
  get contentFunctions() {
    return [...super.contentFunctions, 'copyMimeType']
  }

  async copyMimeType() {
    placeMimeType(join(this.stagingDir, this.baseAppDir))
  }
}

/** The same for Red Hat; its own spec file lists the one file more. */
class DesktopRpm extends RedhatInstaller {
  get contentFunctions() {
    return [...super.contentFunctions, 'copyMimeType']
  }

  async copyMimeType() {
    placeMimeType(join(this.stagingDir, this.baseAppDir))
  }
}

function placeMimeType(usr) {
  mkdirSync(join(usr, dirname(MIME_FILE)), { recursive: true })
  copyFileSync(resource('fieldgate-workspace.xml'), join(usr, MIME_FILE))
}

/** Makes the .deb of a packed app; returns its path. Needs dpkg-deb. `isQuick` compresses less. */
export async function makeDesktopDeb(source, target, arch, isQuick = false) {
  const installer = new DesktopDeb({
    ...describe(source, target, DEB_ARCH[arch]),
    maintainer: 'Fieldgate <maintainers@fieldgate.example>',
    section: 'utils',
    compression: isQuick ? 'gzip' : 'xz',
    recommends: ['fieldgate'],
    rename: () => join(target, '<%= name %>_<%= version %>_<%= arch %>.deb'),
  })
  return finish(installer)
}

/** Makes the .rpm of a packed app; returns its path. Needs rpmbuild. */
export async function makeDesktopRpm(source, target, arch) {
  const template = join(target, 'desktop.spec.ejs')
  writeFileSync(template, specTemplate())
  const installer = new DesktopRpm({
    ...describe(source, target, RPM_ARCH[arch]),
    specTemplate: template,
    rename: () => join(target, '<%= name %>-<%= version %>-<%= revision %>.<%= arch %>.rpm'),
  })
  return finish(installer)
}

/** The spec of electron-installer-redhat with our one file more, and without the steps that strip and pack again what was checked. */
function specTemplate() {
  const given = join(ROOT, 'node_modules/electron-installer-redhat/resources/spec.ejs')
  const text = readFileSync(given, 'utf8')
  const place = '/usr/share/doc/<%= name %>/'
  if (!text.includes(place)) throw new Error(`${given} has changed: no place for the type of the workspaces.`)
  return `%global __os_install_post %{nil}\n${text.replace(place, `${place}\n/usr/${MIME_FILE}`)}`
}

async function finish(installer) {
  await installer.generateDefaults()
  await installer.generateOptions()
  await installer.createStagingDir()
  await installer.createContents()
  await installer.createPackage()
  await installer.movePackage()
  return installer.options.packagePaths[0]
}
