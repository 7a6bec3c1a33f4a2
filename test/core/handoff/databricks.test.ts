import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { generateHandoff } from '../../../electron/core/handoff/databricks/generate.ts'
import type { HandoffModel } from '../../../electron/core/handoff/databricks/model.ts'

const landing = (type: string, table = 'sensor_readings') => ({
  type,
  table,
  bucket: `acme-databricks-${type}-us-west-2`,
  eventTimeColumn: 'timestamp',
})

const model: HandoffModel = {
  region: 'us-west-2',
  accountId: '123456789012',
  roleName: 'acme-databricks-read',
  credentialName: 'acme-landing-ro',
  catalog: 'edge_fleet',
  ingestPrincipal: 'edge-ingest',
  warehouseId: undefined,
  landings: ['raw', 'schematized', 'aggregated', 'emergency'].map((type) => landing(type)),
}

function fileOf(path: string, from: HandoffModel = model): string {
  const found = generateHandoff(from).find((file) => file.path === path)
  if (found === undefined) throw new Error(`no ${path}`)
  return found.text
}

describe('the Databricks hand-off', () => {
  test.each(generateHandoff(model).map((file) => [file.path, file.text] as const))(
    '%s is as reviewed',
    async (path, text) => {
      await expect(text).toMatchFileSnapshot(join(import.meta.dirname, 'golden', path))
    },
  )

  test('is the same text for the same model', () => {
    expect(generateHandoff(structuredClone(model))).toEqual(generateHandoff(model))
  })

  test('names every bucket of the workspace, and no other', () => {
    const all = generateHandoff(model)
      .map((file) => file.text)
      .join('\n')
    const buckets = new Set(all.match(/[a-z0-9-]+-databricks-[a-z]+-us-west-2/g))
    expect([...buckets].toSorted()).toEqual(model.landings.map((entry) => entry.bucket).toSorted())
  })

  test('asks for nothing that could change the landing buckets', () => {
    for (const path of ['iam/role-permissions.json', 'sql/10-locations.sql', 'rest/1-storage-credential.json']) {
      expect(fileOf(path)).not.toMatch(/s3:(Put|Delete)Object|WRITE FILES|CREATE MANAGED STORAGE|"read_only": false/)
    }
    expect(JSON.parse(fileOf('rest/1-storage-credential.json'))).toMatchObject({ read_only: true })
  })

  test('has none of the statements that Databricks does not know', () => {
    const all = generateHandoff(model)
      .map((file) => file.text)
      .join('\n')
    expect(all).not.toMatch(/CREATE STORAGE CREDENTIAL|inferColumnTypes|\/tmp\/|processingTime|import dlt/)
  })

  test('every JSON and YAML file parses', () => {
    const parsed = generateHandoff(model)
      .filter((file) => /\.(json|yml)$/.test(file.path))
      .map((file) => typeof (file.path.endsWith('.json') ? JSON.parse(file.text) : parse(file.text)))
    expect(parsed.length).toBeGreaterThan(10)
    expect(new Set(parsed)).toEqual(new Set(['object']))
  })

  test('a table name with quotes and spaces cannot leave its literal', () => {
    const odd = { ...model, landings: [landing('raw', `we'ird "table"`)] }
    expect(fileOf('sql/20-streaming-tables.sql', odd)).toContain("'we\\'ird \"table\"' AS _table")
    expect(fileOf('notebooks/auto_loader.py', odd)).toContain('"we\'ird \\"table\\""')
  })

  test('a bucket with a dot is refused with the remedy', () => {
    const dotted = { ...model, landings: [{ ...landing('raw'), bucket: 'acme.raw' }] }
    expect(() => generateHandoff(dotted)).toThrow(/Bucket acme\.raw has a dot/)
  })

  test('an account id that is none is refused', () => {
    expect(() => generateHandoff({ ...model, accountId: '12' })).toThrow(/not an AWS account id/)
  })
})
