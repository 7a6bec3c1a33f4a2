import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { contentSecurityPolicy } from '../../../electron/core/host/contentSecurity.ts'
import { APP_SCHEME_PRIVILEGES, FUSES, WEB_PREFERENCES } from '../../../electron/main/webPreferences.ts'
import { CHECKLIST, renderSecurityPage } from './checklist.ts'

const ROOT = join(import.meta.dirname, '../../..')
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
const mainSource = readdirSync(join(ROOT, 'electron/main'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => read(`electron/main/${name}`))
  .join('\n')

describe("Electron's security checklist", () => {
  test('every one of the 20 items has an answer, code and a proof that exist', () => {
    expect(CHECKLIST.map(({ item }) => item)).toEqual(Array.from({ length: 20 }, (_, at) => at + 1))
    const missing = CHECKLIST.flatMap(({ code, proof }) => [code, proof]).filter(
      (path) => !existsSync(join(ROOT, path)),
    )
    expect(missing).toEqual([])
  })

  test('pages run sandboxed and isolated, with nothing opened up', () => {
    expect(WEB_PREFERENCES).toEqual({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      plugins: false,
    })
    expect(APP_SCHEME_PRIVILEGES).toMatchObject({ bypassCSP: false, corsEnabled: false, allowServiceWorkers: false })
  })

  test('the main process makes every page sandboxed, guards every page, and adds no switches', () => {
    expect(mainSource).toContain('app.enableSandbox()')
    expect(mainSource).toContain("app.on('web-contents-created'")
    expect(mainSource).toMatch(/'will-attach-webview', \(event\) => event\.preventDefault\(\)/)
    for (const forbidden of ['appendSwitch', 'enableBlinkFeatures', 'loadFile(', 'file://', 'sendSync', 'remote.']) {
      expect(mainSource).not.toContain(forbidden)
    }
  })

  test('the policy lets only own files run, and nothing frame, post or rebase the page', () => {
    const policy = new Map(
      contentSecurityPolicy(['ws://127.0.0.1:1'])
        .split('; ')
        .map((directive) => [directive.split(' ')[0], directive.split(' ').slice(1).join(' ')]),
    )
    expect(Object.fromEntries(policy)).toEqual({
      'default-src': "'none'",
      'script-src': "'self'",
      'style-src': "'self'",
      'img-src': "'self' data: blob:",
      'font-src': "'self'",
      'connect-src': "'self' ws://127.0.0.1:1",
      'base-uri': "'none'",
      'form-action': "'none'",
      'frame-ancestors': "'none'",
    })
  })

  test('the preload exposes two functions and never hands out ipcRenderer or an event', () => {
    const preload = read('electron/preload/index.ts')
    expect([...preload.matchAll(/^ {2}(\w+): \(/gm)].map((match) => match[1])).toEqual(['call', 'on'])
    expect(preload.match(/exposeInMainWorld/g)).toHaveLength(1)
    expect(preload).not.toMatch(/sendSync|ipcRenderer\s*[,}]\s*\)/)
  })

  test('the fuses close every door that a package does not need', () => {
    expect(FUSES).toEqual({
      runAsNode: false,
      enableCookieEncryption: true,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      grantFileProtocolExtraPrivileges: false,
    })
  })

  test('Electron is of a supported line', () => {
    const manifest = JSON.parse(read('package.json')) as { devDependencies: Record<string, string> }
    expect(Number(/\d+/.exec(manifest.devDependencies['electron'] ?? '')?.[0])).toBeGreaterThanOrEqual(45)
  })

  test('docs/SECURITY.md says the same', async () => {
    await expect(renderSecurityPage()).toMatchFileSnapshot(join(ROOT, 'docs/SECURITY.md'))
  })
})
