import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../lib/paths.mjs'

/** What the tool looks for in an executable to find its fuses; from the documentation of Electron. */
const SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'
/** States of the fuses as Electron ships them: run as Node, its options and inspector on; WebAssembly traps on. */
const FACTORY_FUSES = '101100011'
const LOCALES = ['de', 'en-US', 'fr', 'zh-CN']

/**
 * Makes a folder that electron-builder takes for a distribution of Electron: names and fuse wire are right, everything else is
 * empty. The executable says what it was started with. Nothing about Electron itself can be learnt from it.
 */
export function makeStubDist(folder, platform) {
  const write = (name, content, mode = 0o644) => writeFileSync(join(folder, name), content, { mode })
  mkdirSync(join(folder, 'locales'), { recursive: true })
  mkdirSync(join(folder, 'resources'), { recursive: true })
  write('version', electronVersion())
  write('LICENSE', 'Stand-in for the licence of Electron.\n')
  write('LICENSES.chromium.html', '<p>Stand-in for the licences of Chromium.</p>\n')
  for (const locale of LOCALES) write(join('locales', `${locale}.pak`), 'stub')
  const wire = Buffer.concat([
    Buffer.from(SENTINEL),
    Buffer.from([1, FACTORY_FUSES.length]),
    Buffer.from(FACTORY_FUSES),
    Buffer.from('\n'),
  ])
  const script = Buffer.from('#!/bin/sh\nprintf "stub:"; printf " [%s]" "$@"; echo\nexit 0\n')
  write(platform === 'win32' ? 'electron.exe' : 'electron', Buffer.concat([script, wire]), 0o755)
  if (platform === 'linux') {
    write('chrome-sandbox', 'stub', 0o755)
    write('chrome_crashpad_handler', 'stub', 0o755)
  }
  return folder
}

/** The version of Electron that the lock file pins. */
export function electronVersion() {
  return JSON.parse(readFileSync(join(ROOT, 'node_modules', 'electron', 'package.json'), 'utf8')).version
}
