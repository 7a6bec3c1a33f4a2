import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  editConfigText,
  editNodes,
  previewConfigChanges,
  updateConfigFile,
} from '../../electron/core/config/editConfig.ts'
import { loadConfig } from '../../electron/core/config/loadConfig.ts'
import { makeFolder, SEED_FILE } from './workspaces.ts'

test('a change touches one line and keeps every comment', () => {
  const { text, changedLines } = editConfigText(SEED_FILE, { 'upload.interval_seconds': 45 })
  expect(changedLines).toEqual([19])
  expect(text).toBe(SEED_FILE.replace('interval: 30 ', 'interval: 45 '))
})

test('a setting is changed under the key the file has it under, a new one goes under its own', () => {
  const { text } = editConfigText(SEED_FILE, {
    'buckets.names.raw': 'acme-raw',
    'buckets.prefix': 'acme',
    'upload.workers': 4,
    always_on: ['emergency'],
  })
  const cwd = makeFolder({ 'fieldgate.yaml': text })
  const { config } = loadConfig({ env: {}, cwd })
  expect(config.buckets.names['raw']).toBe('acme-raw')
  expect(config.buckets.prefix).toBe('acme')
  expect(config.upload.workers).toBe(4)
  expect(config.upload.alwaysOn).toEqual(['emergency'])
  expect(text).toContain('s3_configuration:')
  expect(text).not.toMatch(/^buckets:/m)
})

test('null removes a setting and leaves the rest', () => {
  const { text } = editConfigText(SEED_FILE, { sqlite_table: null })
  const bare = (yaml: string): string => yaml.replace(/\s+/g, '')
  expect(bare(text)).toBe(bare(SEED_FILE.replace(/^sqlite_table.*\n/m, '')))
  expect(text).toContain('prefix: "your-company"         # Used for bucket naming')
})

test('an empty file and an empty section can be filled', () => {
  expect(editConfigText('', { 'store.kind': 'embedded' }).text).toBe('store:\n  kind: embedded\n')
  expect(editConfigText('upload:\n', { 'upload.workers': 2 }).text).toBe('upload:\n  workers: 2\n')
})

test("a file's own indentation survives", () => {
  const start = 'store:\n    kind: embedded   # here\n    folder: objects\nupload:\n    workers: 2\n'
  expect(editConfigText(start, { 'store.folder': 'o2' }).text).toBe(start.replace('folder: objects', 'folder: o2'))
  const cwd = makeFolder({
    'fieldgate.yaml': editConfigText(start, { 'upload.compression': 'zstd', 'store.kind': null }).text,
  })
  expect(loadConfig({ env: {}, cwd }).config.upload).toMatchObject({ workers: 2, compression: 'zstd' })
})

test('secrets and unknown paths are refused', () => {
  expect(() => editConfigText('', { 'store.secret_access_key': 'x' })).toThrow(/not written to a file/)
  expect(() => editConfigText('', { 'upload.workerz': 2 })).toThrow(/"upload.workerz" is not a setting/)
  expect(() => editConfigText('a: [', { 'upload.workers': 2 })).toThrow(/not YAML/)
})

test('a preview says what would be wrong and writes nothing', () => {
  const cwd = makeFolder({ 'fieldgate.yaml': SEED_FILE })
  const file = join(cwd, 'fieldgate.yaml')
  const preview = previewConfigChanges({ env: {}, cwd }, file, { s3_compression: 'lzma' })
  expect(preview.problems).toMatchObject([{ path: 'upload.compression' }])
  expect(readFileSync(file, 'utf8')).toBe(SEED_FILE)
  updateConfigFile(file, { 'upload.compression': 'zstd' })
  expect(loadConfig({ env: {}, cwd }).config.upload.compression).toBe('zstd')
})

test('a new file is readable by its owner only', () => {
  const file = join(makeFolder(), 'fieldgate.yaml')
  updateConfigFile(file, { sqlite: 'a.db' })
  expect(statSync(file).mode & 0o777).toBe(0o600)
})

test('nodes are added to and removed from the list, comments of the others stay', () => {
  const start = 'nodes:\n  # the first\n  - id: a\n    sqlite: a.db # old\n'
  const added = editNodes(start, { add: [{ id: 'b', sqlite: 'b.db' }] })
  expect(added.text).toBe(`${start}  - id: b\n    sqlite: b.db\n`)
  expect(added.changedLines).toEqual([5, 6])
  expect(editNodes(added.text, { removeId: 'b' }).text).toBe(start)
  expect(editNodes('', { add: [{ id: 'b', sqlite: 'b.db' }] }).text).toBe('nodes:\n  - id: b\n    sqlite: b.db\n')
  expect(() => editNodes(start, { removeId: 'zz' })).toThrow(/no node "zz"/)
})

test('whatever is written is read back as written', () => {
  const changes = fc.record(
    {
      'upload.interval_seconds': fc.integer({ min: 1, max: 86_400 }),
      'upload.compression': fc.constantFrom('none', 'snappy', 'gzip', 'zstd'),
      'upload.target_object_mb': fc.integer({ min: 1, max: 5000 }),
      sqlite_table: fc.string({ minLength: 1, maxLength: 20 }).filter((text) => !text.includes('${')),
      auto_detect: fc.boolean(),
    },
    { requiredKeys: [] },
  )
  const cwd = makeFolder()
  fc.assert(
    fc.property(changes, (change) => {
      const { text } = editConfigText(SEED_FILE, change)
      const { values } = loadConfig({ env: {}, cwd, text })
      for (const [path, value] of Object.entries(change)) expect(values.get(path)?.value).toBe(value)
    }),
    { numRuns: 150 },
  )
})
