import { capture } from '../lib/run.mjs'

const PACKAGES = { 'dpkg-deb': 'dpkg', rpmbuild: 'rpm', fakeroot: 'fakeroot' }
let found

/** Which tools for Linux packages are here. Root on Debian installs those that are missing; what stays missing is said once. */
export async function findTools(report) {
  found ??= await lookFor(report)
  return found
}

async function lookFor(report) {
  if (process.platform !== 'linux') return new Set()
  let here = await present()
  const missing = Object.keys(PACKAGES).filter((tool) => !here.has(tool))
  if (missing.length > 0 && process.getuid?.() === 0 && (await capture('apt-get', ['--version'])).code === 0) {
    const packages = missing.map((tool) => PACKAGES[tool])
    report.note(`Installing ${packages.join(', ')} with apt …`)
    await capture('apt-get', ['update', '-qq'])
    await capture('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], {
      env: { DEBIAN_FRONTEND: 'noninteractive' },
    })
    here = await present()
  }
  for (const tool of Object.keys(PACKAGES))
    if (!here.has(tool)) report.note(`${tool} is not here: what needs it is left out.`)
  return here
}

async function present() {
  const tools = Object.keys(PACKAGES)
  const codes = await Promise.all(tools.map(async (tool) => (await capture(tool, ['--version'])).code))
  return new Set(tools.filter((_tool, at) => codes[at] === 0))
}

/** Seconds of the last commit: the time that all files of a reproducible package carry. Without git, the beginning of 2026. */
export async function sourceEpoch() {
  const { code, output } = await capture('git', ['log', '-1', '--format=%ct'])
  const seconds = Number(output.trim())
  return code === 0 && Number.isInteger(seconds) && seconds > 0 ? seconds : 1_767_225_600
}
