import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { capture } from './run.mjs'

const SYSTEM_BROWSERS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
]

/**
 * Path of a Chromium for the end-to-end tests: CHROMIUM_PATH, Playwright's own, or the system's. When there is none, it is
 * installed: through apt for root on Debian, else by Playwright. Undefined when that failed too; the reason is printed.
 */
export async function ensureBrowser() {
  const found = await findBrowser()
  if (found !== undefined) return found
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    process.stdout.write('Installing Chromium with apt …\n')
    await capture('apt-get', ['update', '-qq'])
    await capture('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], {
      env: { DEBIAN_FRONTEND: 'noninteractive' },
    })
  } else {
    process.stdout.write('Installing Chromium with Playwright …\n')
    await capture('npx', ['playwright', 'install', 'chromium'])
  }
  const installed = await findBrowser()
  if (installed === undefined) {
    process.stderr.write('error: There is no Chromium for the end-to-end tests, and none could be installed.\n')
    process.stderr.write('hint: Install chromium, or set CHROMIUM_PATH to the path of one.\n')
  }
  return installed
}

async function findBrowser() {
  const named = process.env.CHROMIUM_PATH
  if (named !== undefined && existsSync(named)) return named
  const own = await playwrightBrowser()
  if (own !== undefined && existsSync(own)) return own
  const onPath = (process.env.PATH ?? '').split(':').map((folder) => join(folder, 'chromium'))
  return [...SYSTEM_BROWSERS, ...onPath].find((path) => existsSync(path))
}

async function playwrightBrowser() {
  try {
    const { chromium } = await import('playwright')
    return chromium.executablePath()
  } catch {
    return undefined
  }
}
