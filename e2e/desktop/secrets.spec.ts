import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { unzipSync } from 'fflate'
import { launchDesktop } from '../support/desktop.ts'
import { fieldgateWindow } from '../support/fieldgateWindow.ts'
import { makeWorkspace } from '../support/workspaces.ts'

/** Never a real key: planted, then searched for wherever the app writes or answers. */
const FROM_ENVIRONMENT = 'planted/environment/EXAMPLE/0123456789abcdef'
const FROM_PERSON = 'planted/person/EXAMPLE/fedcba9876543210'

function filesUnder(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => statSync(path).size < 50_000_000)
}

test('no secret is in the page, in answers, in files, in logs or in the support bundle', async () => {
  const workspace = makeWorkspace({ nodes: 1, rowsPerNode: 10 })
  const userData = mkdtempSync(join(tmpdir(), 'fieldgate-e2e-'))
  const settings = join(workspace.folder, 'fieldgate.yaml')
  // A store that refuses every connection: errors of the client are where secrets like to appear.
  const store = 'store: { endpoint: "http://127.0.0.1:9", region: us-east-1 }\nbuckets: { prefix: e2e }\n'
  writeFileSync(settings, store + readFileSync(settings, 'utf8'))
  const desktop = await launchDesktop({
    userData,
    args: ['--workspace', workspace.folder],
    env: { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE0000', AWS_SECRET_ACCESS_KEY: FROM_ENVIRONMENT },
  })
  const page = await desktop.page()
  await page.waitForFunction(() => 'fieldgate' in window)
  const fieldgate = fieldgateWindow(page)
  await fieldgate.callHost('host.setCredentials', {
    accessKeyId: 'AKIAEXAMPLE1111',
    secretAccessKey: FROM_PERSON,
    keep: 'session',
  })
  await fieldgate.call('uploads.run', {}).catch(() => undefined)
  await fieldgate.call('access.test', {}).catch(() => undefined)
  const answers = JSON.stringify([
    await fieldgate.callHost('host.info', {}),
    await fieldgate.call('workspace.get', {}),
    await fieldgate.call('settings.get', {}),
    await fieldgate.call('attention.list', {}),
    await fieldgate.call('nodes.list', {}),
    await fieldgate.call('executions.list', { limit: 100 }),
    await fieldgate.call('audit.list', { limit: 100 }),
    await fieldgate.call('doctor.run', {}),
  ])
  const bundle = await fieldgate.call('support.bundle', {})
  const inBundle = Object.values(unzipSync(new Uint8Array(Object.values(bundle.bytes)))).map((part) =>
    Buffer.from(part).toString('latin1'),
  )
  await fieldgate.goTo('settings/store')
  await page.waitForTimeout(500)
  const places = new Map<string, string>([
    ['answers', answers],
    ['page', await page.content()],
    ['bundle', inBundle.join('\n')],
  ])
  await desktop.close()
  for (const path of [...filesUnder(workspace.folder), ...filesUnder(userData)]) {
    places.set(path, readFileSync(path).toString('latin1'))
  }
  const leaks = [...places].filter(([, text]) => text.includes(FROM_ENVIRONMENT) || text.includes(FROM_PERSON))
  expect(leaks.map(([place]) => place)).toEqual([])
  expect(places.get('bundle')?.length).toBeGreaterThan(100)
  expect([...places.keys()].some((path) => path.endsWith('fieldgate.log'))).toBe(true)
  workspace.remove()
  rmSync(userData, { recursive: true, force: true })
})
