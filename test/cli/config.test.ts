import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeFolder, SEED_FILE } from '../config/workspaces.ts'
import { runCommand } from './fakeIo.ts'

test('config show --origin prints each value with its place and never a secret', async () => {
  const cwd = makeFolder({ 'databricks-uploader-config.yaml': SEED_FILE })
  const env = { AWS_ACCESS_KEY_ID: 'AKIAHIDDEN', AWS_SECRET_ACCESS_KEY: 'planted-secret', UPLOAD_INTERVAL: '9' }
  const { code, out, err } = await runCommand(['config', 'show', '--origin'], { cwd, env })
  expect(code).toBe(0)
  expect(out).toMatch(/upload\.interval_seconds +9 +environment +UPLOAD_INTERVAL/)
  expect(out).toMatch(/upload\.max_batch_rows +500 +file +databricks-uploader-config\.yaml:20/)
  expect(out).toMatch(/upload\.compression +snappy +file/)
  expect(out).toMatch(/upload\.parquet_engine +columnar +default/)
  expect(out + err).not.toMatch(/AKIAHIDDEN|planted-secret/)
  const shown = JSON.parse((await runCommand(['config', 'show', '--json'], { cwd, env })).out)
  expect(shown.fields).toContainEqual(expect.objectContaining({ path: 'store.secret_access_key', value: '(set)' }))
  expect(JSON.stringify(shown)).not.toMatch(/AKIAHIDDEN|planted-secret/)
})

test('config check lists every problem with its line and exits 1', async () => {
  const cwd = makeFolder({ 'fieldgate.yaml': 'sqlte: a.db\ns3_compression: lzma\nprocessing_mode: raw\n' })
  const { code, out } = await runCommand(['config', 'check'], { cwd })
  expect(code).toBe(1)
  expect(out).toContain('fieldgate.yaml:1: "sqlte" is not a setting.\n  Did you mean "sqlite"?')
  expect(out).toContain('fieldgate.yaml:2: s3_compression must be one of')
  expect(out).toContain('note: fieldgate.yaml:3: "processing_mode" has no effect')
  expect(out).toContain('2 problems.')
  expect((await runCommand(['status'], { cwd })).code).toBe(2)
})

test('config set changes the file, makes one when there is none, and refuses what does not fit', async () => {
  const cwd = makeFolder()
  expect((await runCommand(['config', 'set', 'sqlite', 'edge.db'], { cwd })).code).toBe(0)
  expect((await runCommand(['config', 'set', 'upload.interval_seconds', '5'], { cwd })).code).toBe(0)
  const file = join(cwd, 'fieldgate.yaml')
  expect(readFileSync(file, 'utf8')).toBe('sqlite: edge.db\nupload:\n  interval_seconds: 5\n')
  const refused = await runCommand(['config', 'set', 'upload.interval_seconds', 'soon'], { cwd })
  expect(refused.code).toBe(2)
  expect(refused.err).toContain('must be a number of seconds')
  expect((await runCommand(['config', 'set', 'store.secret_access_key', 'x'], { cwd })).code).toBe(2)
  expect(readFileSync(file, 'utf8')).toContain('interval_seconds: 5')
})

test('table and time column are options of every command', async () => {
  const cwd = makeFolder()
  const args = ['config', 'show', '--json', '--sqlite', 'a.db', '--table', 'logs', '--timestamp-col', 'logged']
  const shown = JSON.parse((await runCommand(args, { cwd })).out) as { readonly nodes: readonly unknown[] }
  expect(shown.nodes).toMatchObject([{ id: 'a', table: 'logs', timestampColumn: 'logged' }])
})
