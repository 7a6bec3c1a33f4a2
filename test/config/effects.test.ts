import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import { inspectConfig } from '../../electron/core/config/loadConfig.ts'
import { SETTINGS } from '../../electron/core/config/settings.ts'
import type { Setting } from '../../electron/core/config/settingKinds.ts'
import { makeFolder } from './workspaces.ts'

type Values = Readonly<Record<string, unknown>>

/** Configurations beside which a setting may show what it does. */
const BASES: readonly Values[] = [
  { sqlite: 'a.db' },
  { sqlite: 'a.db', 'buckets.prefix': 'acme' },
  { sqlite: 'a.db', 'buckets.prefix': 'acme', 'store.access_key_id': 'key', 'store.secret_access_key': 'secret' },
  { sqlite: 'a.db', 'databricks.host': 'https://dbc.example.com', 'bacalhau.url': 'https://orchestrator.example.com' },
  {
    sqlite: 'a.db',
    'bacalhau.url': 'https://orchestrator.example.com',
    'bacalhau.username': 'ana',
    'bacalhau.password': 'secret',
  },
]
const CANDIDATES: readonly unknown[] = [
  'other',
  'https://other.example.com',
  7,
  1000,
  'instance',
  true,
  false,
  's3',
  'gzip',
  'parquetjs-lite',
  'compatible',
  ['emergency'],
]

/** Structured settings and folders of files are read elsewhere: `workspace.test.ts` and `seedFile.test.ts` show their effect. */
const SHOWN_ELSEWHERE = new Set(['credentials_dir'])

test('no setting is accepted and then ignored', () => {
  const cwd = makeFolder()
  const idle = SETTINGS.filter((setting) => !setting.isStructured && !SHOWN_ELSEWHERE.has(setting.path))
    .filter((setting) => !hasEffect(setting, cwd))
    .map((setting) => setting.path)
  expect(idle).toEqual([])
})

test('every environment variable of a setting does what the setting does', () => {
  const cwd = makeFolder()
  const wrong = SETTINGS.flatMap((setting) => setting.env.map((name) => ({ setting, name }))).filter(
    ({ setting, name }) => {
      const value = CANDIDATES.find(
        (candidate) => typeof candidate !== 'object' && setting.schema.safeParse(candidate).success,
      )
      const { values } = inspectConfig({ env: { [name]: String(value) }, cwd })
      return values.get(setting.path)?.origin !== 'environment' || !values.get(setting.path)?.source.startsWith(name)
    },
  )
  expect(wrong.map(({ name }) => name)).toEqual([])
})

function hasEffect(setting: Setting, cwd: string): boolean {
  return BASES.some((base) => {
    const before = describe(base, cwd)
    return CANDIDATES.some(
      (value) =>
        setting.schema.safeParse(value).success && describe({ ...base, [setting.path]: value }, cwd) !== before,
    )
  })
}

/** Everything a configuration comes to, problems included: a setting that is refused has an effect too. */
function describe(values: Values, cwd: string): string {
  const { config, isOnce, problems } = inspectConfig({ env: {}, cwd, text: stringify(nest(values)) })
  return JSON.stringify({ config, isOnce, problems: problems.map((problem) => problem.message) })
}

function nest(values: Values): Values {
  const root: Record<string, unknown> = {}
  for (const [path, value] of Object.entries(values)) {
    const keys = path.split('.')
    const last = keys.pop() ?? path
    let section = root
    for (const key of keys) section = (section[key] ??= {}) as Record<string, unknown>
    section[last] = value
  }
  return root
}
