import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { strFromU8, unzipSync } from 'fflate'
import { expect, onTestFinished, test } from 'vitest'
import { writeNodeDatabase } from '../helpers/pipelineTables.ts'
import { runCommand } from './fakeIo.ts'

const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'
const TOKEN = 'planted-token-of-databricks'

/** A workspace with a secret in the file, one in the environment, and both in a log. */
function workspace(): string {
  const cwd = mkdtempSync(join(tmpdir(), 'fieldgate-support-'))
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }))
  writeNodeDatabase(cwd, undefined, 'sensor.db')
  writeFileSync(
    join(cwd, 'fieldgate.yaml'),
    `sqlite: sensor.db\nstore: { kind: embedded }\ndatabricks: { host: https://acme.example, token: ${TOKEN} }\n`,
  )
  mkdirSync(join(cwd, 'state', 'logs'), { recursive: true })
  writeFileSync(
    join(cwd, 'state', 'logs', 'fieldgate.log'),
    `put failed: aws_secret_access_key=${SECRET}\nasked with ${TOKEN}\na line that stays\n`,
  )
  return cwd
}

test('the bundle holds state, findings and logs, and no planted secret in any file of it', async () => {
  const cwd = workspace()
  const { code, out } = await runCommand(['support', '--out', 'help.zip'], { cwd })
  expect({ code, out }).toEqual({
    code: 0,
    out: expect.stringMatching(/doctor\.json +[\d,]+\n[^]*help\.zip/) as string,
  })
  const bytes = readFileSync(join(cwd, 'help.zip'))
  const files = Object.fromEntries(Object.entries(unzipSync(bytes)).map(([name, text]) => [name, strFromU8(text)]))
  expect(Object.keys(files)).toEqual(
    expect.arrayContaining(['manifest.json', 'configuration.yaml', 'nodes.json', 'doctor.json', 'logs/fieldgate.log']),
  )
  expect(files['logs/fieldgate.log']).toContain('a line that stays')
  expect(files['configuration.yaml']).toContain('sqlite: sensor.db')
  expect(JSON.parse(files['manifest.json'] ?? '')).toMatchObject({ secretsRemoved: 2 })
  const holding = (secret: string): readonly string[] =>
    Object.keys(files).filter((name) => files[name]?.includes(secret))
  expect([...holding(SECRET), ...holding(TOKEN)]).toEqual([])
  expect(process.platform === 'win32' || (statSync(join(cwd, 'help.zip')).mode & 0o777) === 0o600).toBe(true)
})

test('a preview lists the same files and writes none', async () => {
  const cwd = workspace()
  const { code, out } = await runCommand(['support', '--preview', '--json'], { cwd })
  expect(code).toBe(0)
  const preview = JSON.parse(out) as { readonly path?: string; readonly files: readonly { readonly name: string }[] }
  expect(preview.path).toBeUndefined()
  expect(preview.files.map((file) => file.name)).toContain('logs/fieldgate.log')
  expect(readdirSync(cwd).filter((name) => name.endsWith('.zip'))).toEqual([])
  const written = JSON.parse((await runCommand(['support', '--json'], { cwd })).out) as { readonly path: string }
  expect(written.path).toMatch(/fieldgate-support-[\dT-]+\.zip$/)
  expect(existsSync(written.path)).toBe(true)
})
