import { expect, test } from 'vitest'
import { FieldgateError } from '../../shared/domain/errors.ts'
import { inspectConfig, isAnythingConfigured, loadConfig } from '../../electron/core/config/loadConfig.ts'
import { makeFolder, SEED_FILE } from './workspaces.ts'

function problemsOf(yaml: string, env: Readonly<Record<string, string>> = {}) {
  return inspectConfig({ env, cwd: makeFolder({ 'fieldgate.yaml': yaml }) }).problems
}

function thrown(work: () => unknown): FieldgateError {
  try {
    work()
  } catch (error) {
    if (error instanceof FieldgateError) return error
  }
  throw new Error('It did not fail as expected.')
}

test('an unknown key names file, line and the nearest key', () => {
  const cwd = makeFolder({ 'fieldgate.yaml': SEED_FILE.replace('interval:', 'intervall:') })
  const error = thrown(() => loadConfig({ env: {}, cwd }))
  expect(error.code).toBe('invalid')
  expect(error.message).toBe('fieldgate.yaml:19: "intervall" is not a setting.')
  expect(error.hint).toBe('Did you mean "interval"?')
})

test.each([
  [
    'upload: { intervall_seconds: 3 }',
    '"upload.intervall_seconds" is not a setting.',
    'Did you mean "interval_seconds"?',
    1,
  ],
  [
    'nodes:\n  - id: a\n    sqlite: a.db\n    timezone: UTC\n',
    '"timezone" is not a setting of nodes.0.',
    'Did you mean "time_zone"?',
    4,
  ],
  [
    'interval: soon',
    'interval must be a number of seconds from 1 to 86,400, not "soon".',
    'It sets age at which waiting rows are uploaded.',
    1,
  ],
  [
    'sqlite: a.db\ns3_compression: lzma',
    's3_compression must be one of none, snappy, gzip, zstd, not "lzma".',
    'It sets Parquet compression.',
    2,
  ],
  [
    'interval: 5\ninterval: 6',
    'This is not YAML: Map keys must be unique.',
    'Check indentation, quotes and repeated keys on this line.',
    2,
  ],
  ['- a', 'A configuration is a map of settings.', 'Write "key: value" lines.', 1],
  ['upload: 5', '"upload" is a section: its settings go below it, indented.', undefined, 1],
  [
    'sqlite: ${NOWHERE}/a.db',
    'The environment variable NOWHERE is not set.',
    'Set it, or give a default: ${NOWHERE:-value}.',
    1,
  ],
  ['buckets:\n  names:\n    rawr: acme-raw', '"rawr" under buckets is not a pipeline type.', 'Did you mean "raw"?', 3],
  [
    'buckets: { prefix: UPPER }',
    '"UPPER-databricks-raw-us-west-2" is not a valid bucket name.',
    expect.stringContaining('lower-case'),
    1,
  ],
  [
    'nodes:\n  - { id: a, sqlite: a.db }\n  - { id: a, sqlite: b.db }',
    'Two nodes have the id "a".',
    expect.stringContaining('id of its own'),
    3,
  ],
  [
    'nodes:\n  - { id: a, sqlite: a.db, time_zone: Mars/Base }',
    '"Mars/Base" is not a time zone.',
    expect.stringContaining('IANA'),
    2,
  ],
  [
    'store: { kind: s3, endpoint: minio }\nbuckets: { prefix: acme }',
    'store.endpoint "minio" is not a URL.',
    expect.stringContaining('scheme'),
    1,
  ],
  [
    'sqlite: a.db\nsqlite_table: readings\nenable_auto_detection: false',
    'Detection is off, and node "a" has no timestamp_col.',
    'Set timestamp_col, or turn auto_detect on.',
    3,
  ],
  ['always_on: [emergancy]', '"emergancy" in always_on is not a pipeline type.', 'Did you mean "emergency"?', 1],
  [
    'pipelines:\n  custom:\n    - { name: raw, transform: raw }',
    'The pipeline type "raw" exists already.',
    'Choose another name.',
    3,
  ],
  [
    'pipelines:\n  custom:\n    - name: hot\n',
    'The custom pipeline "hot" needs either "sql" or "transform".',
    expect.stringContaining('SELECT'),
    3,
  ],
  [
    'pipelines:\n  auto_switch: { column: temperature }',
    'pipelines.auto_switch: needs "on_above" or "on_below".',
    expect.any(String),
    2,
  ],
])('%s', (yaml, message, hint, line) => {
  const [problem] = problemsOf(yaml)
  expect(problem).toMatchObject({ message, line, file: 'fieldgate.yaml' })
  expect(problem?.hint).toEqual(hint)
})

test('a wrong variable is named, and a wrong secret is never quoted', () => {
  expect(problemsOf('sqlite: a.db', { UPLOAD_INTERVAL: 'x' })[0]?.message).toMatch(
    /^UPLOAD_INTERVAL must be .* not "x"\.$/,
  )
  const problems = problemsOf('sqlite: a.db\nstore: { kind: s3, access_key_id: [hunter2] }\nbuckets: { prefix: acme }')
  expect(problems.length).toBeGreaterThan(0)
  expect(JSON.stringify(problems)).not.toContain('hunter2')
})

test('every problem is listed at once, and the thrown one says how many more there are', () => {
  const cwd = makeFolder({ 'fieldgate.yaml': 'intervall: 5\ns3_compression: lzma\nupload: { workers: 0 }\n' })
  expect(inspectConfig({ env: {}, cwd }).problems.map((problem) => problem.line)).toEqual([1, 2, 3])
  expect(thrown(() => loadConfig({ env: {}, cwd })).hint).toContain('2 more problems: "fieldgate config check"')
})

test('s3 without any bucket named is refused before anything is uploaded to a stranger', () => {
  expect(problemsOf('sqlite: a.db\nstore: { kind: s3 }')[0]?.message).toBe(
    'No bucket is named for raw, schematized, aggregated, emergency.',
  )
})

test('with nothing configured a command says how to begin, and hosts can ask', () => {
  const cwd = makeFolder()
  const error = thrown(() => loadConfig({ env: {}, cwd }))
  expect(error.code).toBe('notFound')
  expect(error.hint).toContain('--sqlite PATH')
  expect(isAnythingConfigured({ env: {}, cwd })).toBe(false)
  expect(isAnythingConfigured({ env: { SQLITE_PATH: 'a.db' }, cwd })).toBe(true)
})

test('a folder that was named, or worked in before, needs no file', () => {
  const named = makeFolder()
  expect(loadConfig({ env: {}, cwd: '.', workspace: named }).config).toMatchObject({ workspace: named, nodes: [] })
  expect(loadConfig({ env: {}, cwd: makeFolder({ 'objects/index.db': '' }) }).config.nodes).toEqual([])
})

test('a file or folder that was named must exist', () => {
  const cwd = makeFolder()
  expect(thrown(() => loadConfig({ env: {}, cwd, file: 'no.yaml' })).code).toBe('notFound')
  expect(thrown(() => loadConfig({ env: {}, cwd, workspace: 'nowhere' })).code).toBe('notFound')
  expect(thrown(() => loadConfig({ env: { CONFIG_PATH: 'no.yaml' }, cwd })).hint).toContain('CONFIG_PATH')
})
