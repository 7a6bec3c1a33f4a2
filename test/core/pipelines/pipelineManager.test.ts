import { execFile } from 'node:child_process'
import { cpSync, chmodSync, existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import {
  pipelineExecutions,
  pipelineHistory,
  readPipeline,
  setPipeline,
} from '../../../electron/core/pipelines/pipelineManager.ts'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import { queryForeign, tempFolder, writeNodeDatabase } from '../../helpers/pipelineTables.ts'
import type { ForeignShape } from '../../helpers/pipelineTables.ts'

const NOW = Date.UTC(2026, 2, 1, 12)
const none = { customTypes: [] }

function set(path: string, type: string, over: Partial<Parameters<typeof setPipeline>[1]> = {}) {
  return setPipeline(path, { type, by: 'me', reason: 'because', backfill: false, atMs: NOW, customTypes: [], ...over })
}

function codeOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof FieldgateError) return `${error.code}: ${error.message} ${error.hint ?? ''}`
    throw error
  }
  return 'nothing thrown'
}

describe('a node without settings', () => {
  test('is raw by default, and reading it creates nothing', () => {
    const path = writeNodeDatabase(tempFolder())
    expect(readPipeline(path, none)).toMatchObject({
      type: 'raw',
      revision: 0,
      source: 'default',
      updatedAt: undefined,
    })
    expect(queryForeign(path, "SELECT name FROM sqlite_master WHERE name LIKE 'pipeline%'")).toEqual([])
    expect(pipelineHistory(path, 10)).toEqual([])
    expect(pipelineExecutions(path, 10)).toEqual([])
  })

  test('gets its first change with by, reason and time', () => {
    const path = writeNodeDatabase(tempFolder())
    expect(set(path, 'aggregated')).toEqual({ changed: true, previous: undefined, revision: 1 })
    expect(readPipeline(path, none)).toEqual({
      type: 'aggregated',
      revision: 1,
      backfill: false,
      updatedAt: '2026-03-01T12:00:00.000Z',
      updatedBy: 'me',
      reason: 'because',
      source: 'table',
    })
  })

  test('that does not exist is refused, not created', () => {
    const path = join(tempFolder(), 'absent.db')
    expect(codeOf(() => set(path, 'raw'))).toMatch(/^notFound/)
    expect(codeOf(() => readPipeline(path, none))).toMatch(/^notFound/)
    expect(existsSync(path)).toBe(false)
  })
})

describe('setting', () => {
  test('twice in the same millisecond: the last one holds, also for a reader that orders by time', () => {
    const path = writeNodeDatabase(tempFolder(), 'append')
    for (const type of ['raw', 'emergency', 'schematized']) set(path, type)
    expect(readPipeline(path, none).type).toBe('schematized')
    expect(pipelineHistory(path, 3).map((entry) => entry.type)).toEqual(['schematized', 'emergency', 'raw'])
    const byTime = queryForeign(path, 'SELECT pipeline_type FROM pipeline_config ORDER BY updated_at DESC LIMIT 1')
    expect(byTime).toEqual([['schematized']])
  })

  test('what is in force changes nothing and writes nothing', () => {
    const path = writeNodeDatabase(tempFolder(), 'reason')
    const before = queryForeign(path, 'SELECT * FROM pipeline_config')
    expect(set(path, 'emergency')).toEqual({ changed: false, previous: 'emergency', revision: 2 })
    expect(queryForeign(path, 'SELECT * FROM pipeline_config')).toEqual(before)
  })

  test('what is in force with a backfill is a change of its own', () => {
    const path = writeNodeDatabase(tempFolder())
    set(path, 'schematized')
    expect(set(path, 'schematized', { backfill: true })).toMatchObject({ changed: true, revision: 2 })
    expect(readPipeline(path, none)).toMatchObject({ type: 'schematized', backfill: true, revision: 2 })
  })

  test('takes old names and declared custom types, and refuses others with the known ones', () => {
    const path = writeNodeDatabase(tempFolder())
    expect(set(path, 'validated').changed).toBe(true)
    expect(readPipeline(path, none).type).toBe('schematized')
    set(path, 'hot_rows', { customTypes: ['hot_rows'] })
    expect(readPipeline(path, { customTypes: ['hot_rows'] }).type).toBe('hot_rows')
    expect(codeOf(() => readPipeline(path, none))).toMatch(/^invalid: .*hot_rows.*fieldgate pipeline set/)
    expect(codeOf(() => set(path, 'bogus'))).toMatch(/^invalid: .*bogus.*raw, schematized/)
  })

  test('while another process holds the lock waits for it', async () => {
    const path = writeNodeDatabase(tempFolder())
    const holder = promisify(execFile)(process.execPath, [
      '-e',
      `const D = require('better-sqlite3'); const d = new D(process.argv[1]); d.exec('BEGIN IMMEDIATE; DELETE FROM sensor_readings WHERE 0');
       console.log('held'); setTimeout(() => { d.exec('COMMIT'); d.close() }, 700)`,
      path,
    ])
    await new Promise<void>((resolve) => holder.child.stdout?.once('data', () => resolve()))
    expect(set(path, 'emergency').changed).toBe(true)
    await holder
  })

  test('by eight processes at once: nothing lost, and get returns the last', { timeout: 60_000 }, async () => {
    const path = writeNodeDatabase(tempFolder(), 'singleton')
    const child = join(import.meta.dirname, '../../helpers/setPipelineChild.ts')
    const turns = 12
    const people = Array.from({ length: 8 }, (_, index) => 'p'.repeat(index + 1))
    const outputs = await Promise.all(
      people.map((who) => promisify(execFile)(process.execPath, [child, path, who, String(turns)])),
    )
    expect(outputs.map((output) => Number(output.stdout))).toEqual(people.map(() => turns))
    const history = pipelineHistory(path, 10_000)
    expect(history).toHaveLength(1 + people.length * turns)
    for (const who of people) {
      const reasons = history.filter((entry) => entry.by === who).map((entry) => entry.reason)
      expect(reasons).toEqual(Array.from({ length: turns }, (_, index) => `turn ${turns - 1 - index}`))
    }
    const current = readPipeline(path, none)
    expect(current).toMatchObject({ revision: history[0]?.id, type: history[0]?.type, updatedBy: history[0]?.by })
    expect(queryForeign(path, 'SELECT id FROM pipeline_config WHERE is_active = 1')).toEqual([[current.revision]])
  })
})

describe('settings of earlier tools', () => {
  const expected: Record<ForeignShape, { type: string; revision: number; by: string; executions: number }> = {
    singleton: { type: 'schematized', revision: 1, by: 'ops', executions: 2 },
    append: { type: 'aggregated', revision: 3, by: 'system', executions: 0 },
    active: { type: 'schematized', revision: 2, by: 'cli', executions: 1 },
    reason: { type: 'emergency', revision: 2, by: 'ops', executions: 0 },
  }
  const readers: Record<ForeignShape, string> = {
    singleton: 'SELECT pipeline_type, updated_at, updated_by, config_json FROM pipeline_config WHERE is_active = 1',
    append:
      'SELECT pipeline_type, updated_at, updated_by, metadata FROM pipeline_config ORDER BY updated_at DESC LIMIT 1',
    active:
      'SELECT pipeline_type, created_at, created_by FROM pipeline_config WHERE is_active = 1 ORDER BY id DESC LIMIT 1',
    reason:
      'SELECT pipeline_type, created_at, created_by, reason FROM pipeline_config WHERE is_active = 1 ORDER BY created_at DESC LIMIT 1',
  }
  for (const shape of ['singleton', 'append', 'active', 'reason'] as const) {
    test(`of the shape "${shape}" are read, migrated with their history, and still readable by that tool`, () => {
      const path = writeNodeDatabase(tempFolder(), shape)
      const before = queryForeign(path, 'SELECT id, pipeline_type FROM pipeline_config ORDER BY id')
      const objects = queryForeign(
        path,
        "SELECT name FROM sqlite_master WHERE tbl_name = 'pipeline_config' ORDER BY name",
      )
      expect(readPipeline(path, none)).toMatchObject({
        type: expected[shape].type,
        revision: expected[shape].revision,
        updatedBy: expected[shape].by,
      })
      expect(pipelineExecutions(path, 10)).toHaveLength(expected[shape].executions)
      expect(queryForeign(path, 'SELECT id, pipeline_type FROM pipeline_config ORDER BY id')).toEqual(before)

      expect(set(path, 'raw')).toMatchObject({ changed: true, revision: before.length + 1 })
      expect(queryForeign(path, 'SELECT id, pipeline_type FROM pipeline_config ORDER BY id')).toEqual([
        ...before,
        [before.length + 1, 'raw'],
      ])
      expect(
        queryForeign(path, "SELECT name FROM sqlite_master WHERE tbl_name = 'pipeline_config' ORDER BY name"),
      ).toEqual(objects)
      expect(queryForeign(path, readers[shape])[0]?.[0]).toBe('raw')
      expect(pipelineHistory(path, 10)).toHaveLength(before.length + 1)
      expect(set(path, 'emergency').changed).toBe(true)
      expect(pipelineExecutions(path, 10)).toHaveLength(expected[shape].executions)
    })
  }

  test('written by that tool after the migration count like any other change', () => {
    const path = writeNodeDatabase(tempFolder(), 'append')
    set(path, 'raw')
    queryForeign(
      path,
      "INSERT INTO pipeline_config (pipeline_type, updated_by, metadata) VALUES ('emergency', 'them', '{}')",
    )
    expect(readPipeline(path, none)).toMatchObject({ type: 'emergency', updatedBy: 'them', revision: 5 })
    const older = writeNodeDatabase(tempFolder(), 'active')
    set(older, 'raw')
    queryForeign(older, 'UPDATE pipeline_config SET is_active = 0')
    queryForeign(
      older,
      `INSERT INTO pipeline_config (pipeline_type, created_at, created_by, is_active) VALUES ('ingestion', '2026-03-01T12:00:01+00:00', 'cli', 1)`,
    )
    expect(readPipeline(older, none)).toMatchObject({ type: 'raw', updatedBy: 'cli', revision: 4 })
  })

  test('with columns, triggers and views of their own keep them', () => {
    const path = writeNodeDatabase(tempFolder(), 'append')
    queryForeign(path, `ALTER TABLE pipeline_config ADD COLUMN "my note" TEXT DEFAULT 'x'`)
    queryForeign(path, 'CREATE VIEW latest AS SELECT pipeline_type FROM pipeline_config ORDER BY id DESC LIMIT 1')
    queryForeign(path, 'CREATE TABLE seen (id INTEGER)')
    queryForeign(
      path,
      'CREATE TRIGGER note_it AFTER INSERT ON pipeline_config BEGIN INSERT INTO seen VALUES (new.id); END',
    )
    set(path, 'raw')
    expect(queryForeign(path, 'SELECT DISTINCT "my note" FROM pipeline_config WHERE id < 4')).toEqual([['x']])
    expect(queryForeign(path, 'SELECT * FROM latest')).toEqual([['raw']])
    expect(queryForeign(path, 'SELECT id FROM seen')).toEqual([[4]])
  })

  test('of an unknown type are an error with a remedy, listed in the history, and can be set right', () => {
    const path = writeNodeDatabase(tempFolder(), 'active')
    queryForeign(path, `INSERT INTO pipeline_config VALUES (3, 'bogus', '2025-08-06T12:00:02+00:00', 'cli', 1)`)
    expect(codeOf(() => readPipeline(path, none))).toMatch(/^invalid: .*"bogus".*fieldgate pipeline set raw/)
    expect(pipelineHistory(path, 1)[0]).toMatchObject({ type: 'bogus', isCurrent: true })
    expect(set(path, 'raw')).toEqual({ changed: true, previous: 'bogus', revision: 4 })
  })

  test('in a table that another program made are left alone', () => {
    const path = writeNodeDatabase(tempFolder())
    queryForeign(path, 'CREATE TABLE pipeline_config (name TEXT, length REAL)')
    expect(codeOf(() => set(path, 'raw'))).toMatch(/^unsupported/)
    expect(codeOf(() => readPipeline(path, none))).toMatch(/^unsupported/)
  })
})

const samples = join(import.meta.dirname, '../../../../shared/samples')
if (existsSync(samples)) {
  describe('the sample databases', () => {
    for (const name of readdirSync(samples).filter((file) => file.startsWith('pm-'))) {
      test(`${name} is read and migrated, its history kept`, () => {
        const path = join(tempFolder(), name)
        cpSync(join(samples, name), path)
        chmodSync(path, 0o644)
        const before = pipelineHistory(path, 1000)
        const size = statSync(path).size
        expect(before.length).toBeGreaterThan(0)
        expect(statSync(path).size).toBe(size)
        set(path, 'custom_one', { customTypes: ['custom_one'] })
        const after = pipelineHistory(path, 1000)
        expect(after.slice(1)).toEqual(before.map((entry) => ({ ...entry, isCurrent: false })))
      })
    }
  })
}
