import { existsSync } from 'node:fs'

/** Where a system Chromium usually is, when Playwright has not downloaded its own. */
const SYSTEM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** No part of the browser may phone home or ask; a root user (containers) has no sandbox. */
export const QUIET_SWITCHES: readonly string[] = [
  '--disable-quic',
  '--no-first-run',
  '--no-default-browser-check',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-extensions',
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
]

/** Path of the Chromium to use: CHROMIUM_PATH, else a system one; undefined leaves it to Playwright. */
export function chromiumPath(): string | undefined {
  const named = process.env['CHROMIUM_PATH']
  return named !== undefined && named !== '' ? named : SYSTEM.find((path) => existsSync(path))
}

/** Launch options of Playwright's `chromium` for that browser. */
export function findChromium(): { readonly executablePath?: string; readonly args: string[] } {
  const executablePath = chromiumPath()
  return { ...(executablePath === undefined ? {} : { executablePath }), args: [...QUIET_SWITCHES, '--disable-gpu'] }
}
