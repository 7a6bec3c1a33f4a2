import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { load } from '../package/scripts.ts'

const { makePackages } = await load<{
  makePackages: (
    options: { readonly output: string; readonly quick: boolean; readonly installers: boolean },
    print: (line: string) => void,
  ) => Promise<number>
}>('makePackages.mjs')

let release: string
let code: number
const lines: string[] = []
const passed = (): readonly string[] => lines.flatMap((line) => /^ok {3}(.+) \([\d.]+ s\)$/.exec(line)?.[1] ?? [])

beforeAll(async () => {
  release = mkdtempSync(join(tmpdir(), 'fieldgate-release-'))
  code = await makePackages({ output: release, quick: true, installers: false }, (line) => lines.push(line))
}, 600_000)
afterAll(() => rmSync(release, { recursive: true }))

describe('what people install', () => {
  test('is made and passes every check of its own', () => {
    expect({ code, failed: lines.filter((line) => line.startsWith('FAIL')) }, lines.join('\n')).toEqual({
      code: 0,
      failed: [],
    })
  })

  test('was looked into: desktop app for Linux and Windows, to the last file', () => {
    expect(passed()).toContain('Its content is exactly what it should be')
    expect(passed()).toContain('Content for Windows is exactly what it should be')
    expect(passed()).toContain('The engine in it runs on plain Node: sensor, upload, proof, window')
  })

  test('was installed without a network and run: the npm package', () => {
    expect(passed()).toContain('npm package installed without a network and run')
  })

  test('comes with checksums of every file, and with a bill of materials', () => {
    const sums = readFileSync(join(release, 'SHA256SUMS'), 'utf8').trim().split('\n')
    const named = new Set(sums.map((line) => line.slice(66)))
    expect(named).toEqual(new Set(readdirSync(release).filter((name) => name !== 'SHA256SUMS')))
    expect(named.has('fieldgate.cdx.json')).toBe(true)
  })
})

describe.runIf(process.platform === 'linux' && process.arch === 'x64')('on Linux x64', () => {
  test('the command with its own Node was unpacked and run', () => {
    expect(passed()).toContain('Headless tarball unpacked and run')
  })
})

describe.runIf(process.platform === 'linux' && process.arch === 'x64' && process.getuid?.() === 0)(
  'as root on Debian',
  () => {
    test('both Debian packages were installed by dpkg, used, and removed without a trace', () => {
      for (const step of [
        'Desktop .deb installed; menu entry, file type and link scheme are in order',
        'Desktop .deb removed again',
        'Headless .deb installed and run: fieldgate upload --once, fieldgate reconcile',
        'Headless .deb removed again',
      ])
        expect(passed()).toContain(step)
    })
  },
)
