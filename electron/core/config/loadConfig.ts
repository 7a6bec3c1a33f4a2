import { existsSync, readFileSync } from 'node:fs'
import { basename, relative } from 'node:path'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import type { EngineConfig } from '../../../shared/domain/settings.ts'
import { assembleConfig } from './assemble.ts'
import { environmentOf, parseVariableFile, readEnvironment } from './environment.ts'
import type { Environment } from './environment.ts'
import { addEntry, mergeLayers, textOf } from './layers.ts'
import type { Entry, Layer, Resolved } from './layers.ts'
import { CONFIG_FILE_NAMES, listCredentialFiles, locateWorkspace, readDotEnv } from './locate.ts'
import type { Located } from './locate.ts'
import { resolvePath } from './nodes.ts'
import { createProblemList, problemsToError } from './problems.ts'
import type { ConfigProblem, ProblemList } from './problems.ts'
import type { CustomEntry } from './schemas.ts'
import { findSetting, SETTINGS } from './settings.ts'
import { readConfigText } from './yamlDocument.ts'

export type FlagValue = string | number | boolean | readonly string[]

/** Everything a configuration is made from. */
export interface ConfigSources {
  /** Configuration file, relative to `cwd`. */
  readonly file?: string
  /** Workspace folder, relative to `cwd`. */
  readonly workspace?: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Values by dotted path of the setting; `sqlite` is the ad-hoc node. */
  readonly flags?: Readonly<Record<string, FlagValue>>
  readonly cwd: string
  /** Text to take instead of the file's own: a preview of what it would be. */
  readonly text?: string
}

export interface LoadedConfig {
  readonly config: EngineConfig
  /** The value that won for each setting, with its origin. Holds secrets: never print it, use `settingFields`. */
  readonly values: ReadonlyMap<string, Resolved>
  readonly notices: readonly string[]
  /** True when the upload command should end after one pass (`ONCE`, `once:`). */
  readonly isOnce: boolean
}

/**
 * The configuration of a workspace: defaults < credentials files < file < .env < environment < flags. Throws `invalid` with file,
 * line and remedy for the first problem, `notFound` with the way to begin when nothing is
 * configured: no file, no database, no folder named or used before.
 */
export function loadConfig(sources: ConfigSources): LoadedConfig {
  const inspected = inspectConfig(sources)
  if (inspected.problems.length > 0) throw problemsToError(inspected.problems)
  const { file, workspace, nodes } = inspected.config
  if (file === undefined && nodes.length === 0 && sources.workspace === undefined && !isUsed(inspected.config)) {
    throw new FieldgateError('notFound', `Nothing is configured in ${workspace}.`, {
      hint: `Pass --sqlite PATH for one database, or --config FILE, or write a ${CONFIG_FILE_NAMES[0]} here with "sqlite: PATH".`,
    })
  }
  return inspected
}

/** A folder that an upload without a file has worked in before. */
function isUsed(config: EngineConfig): boolean {
  return existsSync(config.stateDir) || (config.store.kind === 'embedded' && existsSync(config.store.folder))
}

/** Whether a file or a database is configured at all; hosts start the demo when not. */
export function isAnythingConfigured(sources: ConfigSources): boolean {
  const env = environmentOf(sources.env)
  if (sources.flags?.['sqlite'] !== undefined || sources.file !== undefined) return true
  if (env.has('SQLITE_PATH') || env.has('SQLITE_DB_PATH')) return true
  return locateWorkspace({ ...pick(sources), env }).file !== undefined
}

/** As `loadConfig`, but reports every problem instead of throwing the first. Throws only when a named file is missing. */
export function inspectConfig(sources: ConfigSources): LoadedConfig & { readonly problems: readonly ConfigProblem[] } {
  const problems = createProblemList()
  const processEnv = environmentOf(sources.env)
  const located = locateWorkspace({ ...pick(sources), env: processEnv })
  const home = sources.env['HOME'] ?? sources.env['USERPROFILE']
  const dotEnv = readDotEnv(located.workspace)
  const everyVariable: Environment = new Map([...dotEnv, ...processEnv])
  const { entries, notices } = readFileLayer(sources, located, everyVariable, problems)
  const customTypes = ((entries.get('pipelines.custom')?.value ?? []) as readonly CustomEntry[]).map(
    (entry) => entry.name,
  )
  const lower: readonly Layer[] = [
    { origin: 'default', entries: readDefaults(located.workspace) },
    ...readCredentialLayers(located, entries, everyVariable, home, customTypes, problems),
    { origin: 'file', entries },
  ]
  const values = mergeLayers([
    ...lower,
    { origin: 'environment', entries: readEnvironment(dotEnv, located.workspace, customTypes, problems) },
    { origin: 'environment', entries: readEnvironment(processEnv, sources.cwd, customTypes, problems) },
    { origin: 'flag', entries: readFlags(sources, problems) },
  ])
  const completed = withSensorPath(values, processEnv, sources.cwd)
  const config = assembleConfig(completed, located, home, problems)
  return {
    config: deepFreeze(config),
    values: completed,
    notices: [...notices, ...secretNotices(entries)],
    isOnce: completed.get('upload.once')?.value === true,
    problems: problems.problems,
  }
}

function pick(sources: ConfigSources): { file?: string; workspace?: string; cwd: string } {
  return {
    ...(sources.file === undefined ? {} : { file: sources.file }),
    ...(sources.workspace === undefined ? {} : { workspace: sources.workspace }),
    cwd: sources.cwd,
  }
}

function readFileLayer(
  sources: ConfigSources,
  located: Located,
  env: Environment,
  problems: ProblemList,
): { readonly entries: ReadonlyMap<string, Entry>; readonly notices: readonly string[] } {
  const { file } = located
  if (file === undefined && sources.text === undefined) return { entries: new Map(), notices: [] }
  const label = file === undefined ? (CONFIG_FILE_NAMES[0] ?? '') : relative(sources.cwd, file)
  const shown = file === undefined || !label.startsWith('..') ? label : file
  return readConfigText(sources.text ?? readFileSync(file as string, 'utf8'), shown, located.workspace, env, problems)
}

function readDefaults(workspace: string): ReadonlyMap<string, Entry> {
  const place = { source: 'default', file: undefined, line: undefined, base: workspace, isExpanded: true }
  return new Map(
    SETTINGS.filter((setting) => setting.fallback !== undefined).map((setting) => [
      setting.path,
      { ...place, path: setting.path, value: setting.fallback },
    ]),
  )
}

/** `credentials/`: bucket names from the YAML files, keys and buckets from the shell files. Below the configuration file. */
function readCredentialLayers(
  located: Located,
  own: ReadonlyMap<string, Entry>,
  env: Environment,
  home: string | undefined,
  customTypes: readonly string[],
  problems: ProblemList,
): readonly Layer[] {
  const named = env.get('AWS_CREDENTIALS_DIR')?.value ?? textOf(own.get('credentials_dir')) ?? 'credentials'
  const folder = resolvePath(named, located.workspace, home)
  const files = listCredentialFiles(folder)
  const label = (file: string): string => `${basename(folder)}/${basename(file)}`
  return [
    ...files.yaml.map((file) => ({
      origin: 'file' as const,
      entries: readConfigText(readFileSync(file, 'utf8'), label(file), located.workspace, env, problems).entries,
    })),
    ...files.env.map((file) => ({
      origin: 'file' as const,
      entries: readEnvironment(
        parseVariableFile(readFileSync(file, 'utf8'), label(file)),
        located.workspace,
        customTypes,
        problems,
      ),
    })),
  ]
}

function readFlags(sources: ConfigSources, problems: ProblemList): ReadonlyMap<string, Entry> {
  const entries = new Map<string, Entry>()
  for (const [path, value] of Object.entries(sources.flags ?? {})) {
    if (findSetting(path) === undefined)
      throw new FieldgateError('internal', `There is no setting "${path}" for a flag.`)
    const place = {
      source: `--${flagName(path)}`,
      file: undefined,
      line: undefined,
      base: sources.cwd,
      isExpanded: true,
    }
    addEntry(entries, { ...place, path, value }, path, problems)
  }
  return entries
}

function flagName(path: string): string {
  return (path.split('.').at(-1) ?? path).replaceAll('_', '-')
}

/** The seed's SENSOR_DB_PATH names the database of its examples; it counts only when nothing else names one. */
function withSensorPath(
  values: ReadonlyMap<string, Resolved>,
  env: Environment,
  cwd: string,
): ReadonlyMap<string, Resolved> {
  const variable = env.get('SENSOR_DB_PATH')
  if (variable === undefined || values.has('sqlite') || values.has('nodes')) return values
  if (!existsSync(resolvePath(variable.value, cwd, undefined))) return values
  const place = { source: 'SENSOR_DB_PATH', file: undefined, line: undefined, base: cwd, isExpanded: true }
  return new Map(values).set('sqlite', {
    ...place,
    path: 'sqlite',
    value: variable.value,
    origin: 'environment',
    rank: 0,
  })
}

function secretNotices(entries: ReadonlyMap<string, Entry>): readonly string[] {
  return [...entries.values()]
    .filter((entry) => findSetting(entry.path)?.isSecret === true && !entry.isExpanded)
    .map((entry) => `${entry.source}: ${entry.path} is written out; keep it in credentials/ or in the environment.`)
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const item of Object.values(value)) deepFreeze(item)
  }
  return value
}
