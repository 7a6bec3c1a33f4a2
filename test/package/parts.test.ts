import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { FUSES } from '../../electron/main/webPreferences.ts'
import { load, ROOT } from './scripts.ts'

const { drawIco, drawIcns } = await load<{ drawIco: () => Buffer; drawIcns: () => Buffer }>('icons.mjs')
const { makeStubDist } = await load<{ makeStubDist: (folder: string, platform: string) => string }>('stubDist.mjs')
const { writeManPage, commandNames } = await load<{
  writeManPage: () => string
  commandNames: () => readonly string[]
}>('manPage.mjs')
const read = (path: string): Buffer => readFileSync(join(ROOT, path))
const config = parse(read('electron-builder.yml').toString()) as Readonly<Record<string, Record<string, unknown>>>

test('the fuses of the package are those that the app was designed for', () => {
  expect(config['electronFuses']).toEqual(FUSES)
})

test('every platform includes something before it leaves out native modules of others', () => {
  for (const platform of ['linux', 'win', 'mac']) {
    const [first, ...rest] = (config[platform]?.['files'] ?? []) as readonly string[]
    expect(first).toBe('package.json')
    expect(rest).toHaveLength(1)
  }
})

test('the installer for Windows asks for no rights that a field engineer lacks', () => {
  expect(config['nsis']).toMatchObject({ perMachine: false, allowElevation: false })
})

test('no certificate, password or feed is written into the configuration', () => {
  expect(read('electron-builder.yml').toString()).not.toMatch(/certificate|password|cscLink|identity|token/i)
  expect(config['publish']).toEqual({ provider: 'generic', url: 'https://updates.invalid/' })
})

test('a stub of Electron carries as many fuses as the tool knows, as Electron ships them', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fieldgate-stub-'))
  try {
    const wire = await getCurrentFuseWire(join(makeStubDist(folder, 'linux'), 'electron'))
    const known = Object.values(FuseV1Options).filter((value) => typeof value === 'number')
    for (const fuse of known) expect([FuseState.ENABLE, FuseState.DISABLE]).toContain(wire[fuse as FuseV1Options])
    expect(wire[FuseV1Options.RunAsNode]).toBe(FuseState.ENABLE)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('the icons of Windows and macOS are our pictures in their containers', () => {
  expect(read('resources/package/icon.ico').equals(drawIco())).toBe(true)
  expect(read('resources/package/icon.icns').equals(drawIcns())).toBe(true)
  const ico = drawIco()
  for (let at = 0; at < ico.readUInt16LE(4); at++) {
    const offset = ico.readUInt32LE(6 + 16 * at + 12)
    expect(ico.subarray(offset + 1, offset + 4).toString()).toBe('PNG')
    expect(ico.readUInt32BE(offset + 16) % 256).toBe(ico.readUInt8(6 + 16 * at))
  }
  expect(drawIcns().readUInt32BE(4)).toBe(drawIcns().length)
})

test('the manual page has every command, and roff reads no line of it as a request by mistake', () => {
  const page = writeManPage()
  const unescaped = page.replaceAll('\\-', '-').split('\n')
  for (const name of commandNames()) expect(unescaped.some((line) => line.startsWith(`.SS ${name}`))).toBe(true)
  const requests = new Set(unescaped.filter((line) => line.startsWith('.')).map((line) => line.split(' ')[0]))
  expect(requests).toEqual(new Set(['.TH', '.SH', '.B', '.TP', '.SS']))
  expect(unescaped.filter((line) => line.startsWith("'"))).toEqual([])
})

test('units and scripts of the headless package agree on the account and its folders', () => {
  const postinst = read('resources/package/debian/postinst').toString()
  for (const unit of readdirSync(join(ROOT, 'resources/deploy/systemd'))) {
    const text = read(`resources/deploy/systemd/${unit}`).toString()
    expect(text).toContain('User=fieldgate')
    expect(text).toContain('ExecStart=/usr/bin/fieldgate ')
    const folder = /WorkingDirectory=(.+)/.exec(text)?.[1] ?? 'none'
    expect(postinst).toContain(folder)
  }
})
