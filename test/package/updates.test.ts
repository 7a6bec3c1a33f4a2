import { execFileSync } from 'node:child_process'
import { generateKeyPairSync, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Execution } from '../../shared/domain/execution.ts'
import type { Clock } from '../../electron/core/support/clock.ts'
import {
  installedKind,
  planInstall,
  previousOf,
  replaceFile,
  waitUntilIdle,
} from '../../electron/main/updates/install.ts'
import { readUpdateSettings } from '../../electron/main/updates/settings.ts'
import { acceptUpdate, MANIFEST_NAME, readPublicKey, SIGNATURE_NAME } from '../../electron/main/updates/signedUpdate.ts'
import type { UpdateTarget } from '../../electron/main/updates/signedUpdate.ts'
import { stageUpdate } from '../../electron/main/updates/stick.ts'
import { compareVersions, isVersion } from '../../electron/main/updates/version.ts'
import { ROOT } from './scripts.ts'

const distributor = generateKeyPairSync('ed25519')
const stranger = generateKeyPairSync('ed25519')
const INSTALLER = Buffer.from('the new Fieldgate, all of it. '.repeat(50_000))
const NAME = 'Fieldgate-0.2.0.AppImage'

let folder: string
let stick: string
let staging: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fieldgate-update-'))
  stick = join(folder, 'stick')
  staging = join(folder, 'staging')
  mkdirSync(stick)
})
afterEach(() => rmSync(folder, { recursive: true }))

function target(change: Partial<UpdateTarget> = {}): UpdateTarget {
  return {
    version: '0.1.0',
    platform: 'linux',
    arch: 'x64',
    kind: 'AppImage',
    channel: 'stable',
    keys: [distributor.publicKey],
    ...change,
  }
}

function manifest(version = '0.2.0'): Record<string, unknown> {
  const sha256 = createHash('sha256').update(INSTALLER).digest('hex')
  const file = { platform: 'linux', arch: 'x64', kind: 'AppImage', name: NAME, bytes: INSTALLER.length, sha256 }
  return { format: 1, name: 'fieldgate', version, notes: 'Better.', files: [file] }
}

function fillStick(content: unknown = manifest(), key: KeyObject = distributor.privateKey): void {
  const bytes = Buffer.from(JSON.stringify(content, null, 2))
  writeFileSync(join(stick, MANIFEST_NAME), bytes)
  writeFileSync(join(stick, SIGNATURE_NAME), `${sign(null, bytes, key).toString('base64')}\n`)
  writeFileSync(join(stick, NAME), INSTALLER)
}

describe('an update on a stick', () => {
  test('with a good signature is copied, whole, and ready to be installed', async () => {
    fillStick()
    const update = await stageUpdate(stick, staging, target())
    expect(update).toMatchObject({ version: '0.2.0', notes: 'Better.', path: join(staging, NAME) })
    expect(readFileSync(update.path).equals(INSTALLER)).toBe(true)
    expect(readdirSync(staging)).toEqual([NAME])
  })

  test('signed by somebody else is refused before a byte of it is copied', async () => {
    fillStick(manifest(), stranger.privateKey)
    await expect(stageUpdate(stick, staging, target())).rejects.toMatchObject({
      code: 'denied',
      message: expect.stringContaining('not signed by anyone this machine trusts'),
    })
    expect(existsSync(staging)).toBe(false)
  })

  test('whose description was changed after signing is refused, wherever the change is', () => {
    const bytes = Buffer.from(JSON.stringify(manifest()))
    const signature = sign(null, bytes, distributor.privateKey)
    expect(acceptUpdate(bytes, signature, target()).file.name).toBe(NAME)
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = Buffer.from(bytes)
        changed[at] = (changed[at] ?? 0) ^ flip
        expect(() => acceptUpdate(changed, signature, target())).toThrow(/not signed/)
      }),
      { numRuns: 200 },
    )
  })

  test('of an older version is refused, and the way to go back on purpose is named', async () => {
    fillStick(manifest('0.0.9'))
    await expect(stageUpdate(stick, staging, target())).rejects.toMatchObject({
      code: 'conflict',
      message: 'The update holds Fieldgate 0.0.9, which is older than the 0.1.0 that runs.',
      hint: expect.stringContaining('Going back'),
    })
    fillStick(manifest('0.1.0'))
    await expect(stageUpdate(stick, staging, target())).rejects.toMatchObject({ code: 'conflict' })
  })

  test('torn or changed is refused and leaves nothing behind', async () => {
    fillStick()
    writeFileSync(join(stick, NAME), INSTALLER.subarray(0, INSTALLER.length - 1))
    await expect(stageUpdate(stick, staging, target())).rejects.toMatchObject({
      code: 'corrupt',
      message: expect.stringMatching(/not whole.*bytes instead of/),
      hint: expect.stringContaining('Copy the update again'),
    })
    const flipped = Buffer.from(INSTALLER)
    flipped[700_000] = (flipped[700_000] ?? 0) ^ 1
    writeFileSync(join(stick, NAME), flipped)
    await expect(stageUpdate(stick, staging, target())).rejects.toMatchObject({
      code: 'corrupt',
      message: expect.stringContaining('not what was signed'),
    })
    expect(readdirSync(staging)).toEqual([])
  })

  test('of which a file is missing says which', async () => {
    for (const name of [NAME, SIGNATURE_NAME, MANIFEST_NAME]) {
      fillStick()
      rmSync(join(stick, name))
      await expect(stageUpdate(stick, staging, target())).rejects.toMatchObject({
        code: 'notFound',
        message: `${join(stick, name)} is missing.`,
      })
    }
  })

  test('for another machine, for testers, or from another future is refused with the remedy', async () => {
    fillStick()
    await expect(stageUpdate(stick, staging, target({ arch: 'arm64' }))).rejects.toMatchObject({ code: 'unsupported' })
    await expect(stageUpdate(stick, staging, target({ keys: [] }))).rejects.toMatchObject({ code: 'denied' })
    fillStick(manifest('0.2.0-beta.1'))
    await expect(stageUpdate(stick, staging, target())).rejects.toMatchObject({ code: 'conflict' })
    expect((await stageUpdate(stick, staging, target({ channel: 'beta' }))).version).toBe('0.2.0-beta.1')
    fillStick({ ...manifest(), format: 2 })
    await expect(stageUpdate(stick, staging, target())).rejects.toMatchObject({ code: 'corrupt' })
  })

  test('cannot name a file outside its folder', async () => {
    const honest = manifest()
    const [file] = honest['files'] as readonly Record<string, unknown>[]
    for (const name of ['../evil', '/etc/passwd', 'a/b', '..', '.hidden', 'C:\\x', '']) {
      fillStick({ ...honest, files: [{ ...file, name }] })
      await expect(stageUpdate(stick, staging, target())).rejects.toMatchObject({ code: 'corrupt' })
    }
  })
})

describe('versions', () => {
  test('are ordered as semver orders them', () => {
    const inOrder = [
      '0.1.0',
      '0.2.0-alpha',
      '0.2.0-beta.2',
      '0.2.0-beta.11',
      '0.2.0-beta.11.1',
      '0.2.0',
      '0.10.0',
      '1.0.0-rc.1',
      '1.0.0',
    ]
    for (const [at, version] of inOrder.entries()) {
      for (const [other, against] of inOrder.entries()) {
        expect(Math.sign(compareVersions(version, against))).toBe(Math.sign(at - other))
      }
    }
  })

  test('are nothing but versions', () => {
    expect(['1.2', 'v1.2.3', '1.2.3+x', '1.2.3-', '', '1.2.3 ', '01e3.0.0'].filter(isVersion)).toEqual([])
  })
})

describe('installing', () => {
  const execution = (state: Execution['state']): Execution => ({ id: 1, state }) as Execution
  /** A clock on which waiting takes no time. */
  const clock: Clock = { now: () => 0, monotonic: () => 0, sleep: () => Promise.resolve() }

  test('waits for uploads under way, and for an engine that cannot be asked', async () => {
    const answers = [
      [execution('claimed'), execution('succeeded')],
      undefined,
      [execution('encoded')],
      [execution('succeeded')],
    ]
    const waits: number[] = []
    const ask = async (): Promise<readonly Execution[]> => {
      const next = answers.shift()
      if (next === undefined) throw new Error('no engine')
      return next
    }
    const idle = await waitUntilIdle(ask, clock, new AbortController().signal, (uploads) => waits.push(uploads))
    expect({ idle, waits, left: answers.length }).toEqual({ idle: true, waits: [1, 0, 1], left: 0 })
  })

  test('is off when the person will not wait', async () => {
    const over = new AbortController()
    const idle = await waitUntilIdle(
      async () => [execution('claimed')],
      clock,
      over.signal,
      () => over.abort(),
    )
    expect(idle).toBe(false)
  })

  test('an AppImage exchanges the file it was started from and keeps the one before', async () => {
    const app = join(folder, 'Fieldgate.AppImage')
    writeFileSync(app, 'the old one', { mode: 0o755 })
    fillStick()
    const update = await stageUpdate(stick, staging, target())
    const step = planInstall(update, app)
    expect(step).toEqual({ do: 'replace', path: update.path, target: app })
    await replaceFile(update.path, app)
    expect(readFileSync(app).equals(INSTALLER)).toBe(true)
    expect(statSync(app).mode & 0o111).toBe(0o111)
    expect(readFileSync(previousOf(app), 'utf8')).toBe('the old one')
    expect(readdirSync(folder).filter((name) => name.endsWith('.new'))).toEqual([])
  })

  test('every other kind goes to the installer of its system', () => {
    expect(installedKind('linux', undefined, false)).toBe('deb')
    expect(installedKind('linux', undefined, true)).toBe('rpm')
    expect(installedKind('linux', '/opt/Fieldgate.AppImage', true)).toBe('AppImage')
    expect(installedKind('win32', undefined, false)).toBe('nsis')
    expect(installedKind('darwin', undefined, false)).toBe('dmg')
  })
})

describe('updates.json of a machine', () => {
  const path = (): string => join(folder, 'updates.json')
  const raw = (distributor.publicKey.export({ format: 'jwk' }).x ?? '').replaceAll('-', '+').replaceAll('_', '/')
  const key = `${raw}=`

  test('is off when it is not there', () => {
    expect(readUpdateSettings(path())).toEqual({ settings: { feed: undefined, channel: 'stable', keys: [] } })
  })

  test('names feed, channel and keys that verify', () => {
    writeFileSync(path(), JSON.stringify({ feed: 'https://updates.example.com/', channel: 'beta', publicKeys: [key] }))
    const { settings, problem } = readUpdateSettings(path())
    expect({ problem, feed: settings.feed, channel: settings.channel }).toEqual({
      problem: undefined,
      feed: 'https://updates.example.com/',
      channel: 'beta',
    })
    const bytes = Buffer.from(JSON.stringify(manifest()))
    const signature = sign(null, bytes, distributor.privateKey)
    expect(acceptUpdate(bytes, signature, target({ keys: settings.keys })).manifest.version).toBe('0.2.0')
  })

  test('is off, with the reason, when it cannot be understood', () => {
    for (const text of [
      '{',
      '[]',
      '{"feed":"http://plain.example.com"}',
      '{"chanel":"beta"}',
      '{"publicKeys":["AAAA"]}',
    ]) {
      writeFileSync(path(), text)
      const { settings, problem } = readUpdateSettings(path())
      expect(settings).toEqual({ feed: undefined, channel: 'stable', keys: [] })
      expect(problem).toContain('Updates are off.')
    }
    expect(readPublicKey('not base64')).toBeUndefined()
  })
})

test('what scripts/signUpdate.mjs signs with a fresh key is an update that the app takes', async () => {
  const key = join(folder, 'key.pem')
  const script = join(ROOT, 'scripts/signUpdate.mjs')
  const publicKey = execFileSync(process.execPath, [script, '--new-key', key], { encoding: 'utf8' }).trim()
  writeFileSync(join(stick, 'fieldgate-desktop_0.1.0_amd64.deb'), INSTALLER)
  execFileSync(process.execPath, [script, '--key', key, stick])
  const trusted = readPublicKey(publicKey)
  const keys = trusted === undefined ? [] : [trusted]
  const update = await stageUpdate(stick, staging, target({ version: '0.0.1', kind: 'deb', keys }))
  expect(readFileSync(update.path).equals(INSTALLER)).toBe(true)
  await expect(stageUpdate(stick, staging, target({ version: '0.0.1', kind: 'deb' }))).rejects.toMatchObject({
    code: 'denied',
  })
})
