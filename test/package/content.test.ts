import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createPackage } from '@electron/asar'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { load } from './scripts.ts'

const { checkContent } = await load<{
  checkContent: (
    folder: string,
    target: { readonly platform: string; readonly arch: string; readonly isStub: boolean },
  ) => Promise<{ readonly findings: readonly string[] }>
}>('content.mjs')
const { makeStubDist } = await load<{ makeStubDist: (folder: string, platform: string) => string }>('stubDist.mjs')

const NATIVE = 'node_modules/better-sqlite3/prebuilds/linux-x64.node'
let folder: string
let findings: readonly string[]

/** A package in which everything went wrong that ever did: sources, a database, another platform's module, factory fuses. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fieldgate-content-'))
  const app = join(folder, 'app')
  const unpacked = makeStubDist(join(folder, 'unpacked'), 'linux')
  renameSync(join(unpacked, 'electron'), join(unpacked, 'fieldgate-desktop'))
  for (const path of [
    'package.json',
    'out/main/index.ts',
    'test/a.test.ts',
    'nodes/sensor.db',
    'node_modules/left-pad/index.js',
  ]) {
    mkdirSync(dirname(join(app, path)), { recursive: true })
    writeFileSync(join(app, path), '{}')
  }
  const native = join(unpacked, 'resources/app.asar.unpacked', NATIVE)
  mkdirSync(dirname(native), { recursive: true })
  writeFileSync(native, 'MZ this is for another system, whatever its name says')
  await createPackage(app, join(unpacked, 'resources/app.asar'))
  findings = (await checkContent(unpacked, { platform: 'linux', arch: 'x64', isStub: true })).findings
})
afterAll(() => rmSync(folder, { recursive: true }))

test.each([
  'The archive holds nodes, and should not.',
  'The archive holds the modules left-pad, and should not.',
  'The archive holds the modules no better-sqlite3, and should.',
  'The archive holds out/main/index.ts, which is of no use to a person.',
  'The archive holds test/a.test.ts, which is of no use to a person.',
  'The archive holds nodes/sensor.db, which is of no use to a person.',
  'out/main starts with no cli.js, and should.',
  `Native modules are no ${NATIVE}, and should.`,
  'The folder holds locales/zh-CN.pak, and should not.',
  'The folder holds no THIRD-PARTY-LICENSES.txt, and should.',
  'The fuse RunAsNode is not off.',
])('a bad package is found out: %s', (sentence) => {
  expect(findings).toContain(sentence)
})

test('a native module is known by its header, not by its name', () => {
  expect(findings.filter((sentence) => sentence.endsWith('is no module for Linux x64.'))).toHaveLength(1)
})
