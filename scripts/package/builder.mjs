import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../lib/paths.mjs'
import { externalPackages } from './lock.mjs'
import { run } from './stage.mjs'
import { electronVersion, makeStubDist } from './stubDist.mjs'

const FLAGS = { linux: '--linux', win32: '--win', darwin: '--mac' }
const UNPACKED = { linux: 'linux', win32: 'win', darwin: 'mac' }

/** Puts the packages that stay outside the bundles into a staged build, and nothing else. */
export function stageModules(folder) {
  rmSync(join(folder, 'node_modules'), { recursive: true, force: true })
  for (const path of externalPackages()) {
    mkdirSync(join(folder, path), { recursive: true })
    cpSync(join(ROOT, path), join(folder, path), { recursive: true })
  }
}

/**
 * Packs a staged build for one platform with electron-builder, as a folder. With `dist` undefined a stub takes the place of
 * Electron: then everything but Electron itself is as in the real thing. Returns the folder of the app.
 */
export async function packFolder({ stage, output, platform, arch, dist }) {
  const isStub = dist === undefined
  const electronDist = isStub ? makeStubDist(join(output, `stub-${platform}`), platform) : dist
  const settings = [
    `-c.electronVersion=${electronVersion()}`,
    `-c.electronDist=${electronDist}`,
    `-c.directories.output=${output}`,
    // The integrity of the archive is written into the executable by editing it: a stub cannot be edited.
    ...(isStub && platform === 'win32' ? ['-c.win.signAndEditExecutable=false', '-c.disableAsarIntegrity=true'] : []),
  ]
  await run(
    join(ROOT, 'node_modules', '.bin', 'electron-builder'),
    [FLAGS[platform], 'dir', `--${arch}`, '--publish', 'never', ...settings],
    { cwd: stage },
  )
  return unpackedFolder(output, platform, arch)
}

/** Builds the installers of a platform around real Electron, as electron-builder.yml lists them. */
export async function buildInstallers({ stage, output, platform, arch, dist }) {
  return run(
    join(ROOT, 'node_modules', '.bin', 'electron-builder'),
    [
      FLAGS[platform],
      `--${arch}`,
      '--publish',
      'never',
      `-c.electronVersion=${electronVersion()}`,
      `-c.electronDist=${dist}`,
      `-c.directories.output=${output}`,
    ],
    { cwd: stage },
  )
}

/** Where electron-builder puts the folder of an app. */
function unpackedFolder(output, platform, arch) {
  const suffix = arch === 'x64' ? '' : `-${arch}`
  return platform === 'darwin'
    ? join(output, `mac${suffix}`, 'Fieldgate.app', 'Contents')
    : join(output, `${UNPACKED[platform]}${suffix}-unpacked`)
}

/** The distribution of real Electron for this machine, when its binary was fetched; undefined otherwise. */
export function realElectronDist() {
  const folder = join(ROOT, 'node_modules', 'electron', 'dist')
  return existsSync(join(folder, 'version')) ? folder : undefined
}
