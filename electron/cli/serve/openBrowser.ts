import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const OPENERS: Readonly<Record<string, readonly string[]>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
}

/**
 * Opens an address in the person's browser. The address holds the token, and command lines are readable by everybody on the
 * machine: so a page that only this user can read is opened, and it leads on. Returns what removes the page again.
 */
export async function openBrowser(url: string, platform: string): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'fieldgate-open-'))
  const page = join(folder, 'open.html')
  await writeFile(page, `<!doctype html><meta http-equiv="refresh" content="0;url=${url}"><title>Fieldgate</title>\n`, {
    mode: 0o600,
  })
  const [command, ...args] = OPENERS[platform] ?? ['xdg-open']
  const child = spawn(command as string, [...args, page], { stdio: 'ignore', detached: true })
  child.on('error', () => undefined)
  child.unref()
  return () => rm(folder, { recursive: true, force: true })
}
