import type { SettingField } from '../../../shared/domain/settingsForm.ts'
import type { ProblemList } from './problems.ts'
import { findSetting } from './settings.ts'
import type { Setting } from './settingKinds.ts'
import { knownKeysAt } from './schemas.ts'
import { nearestWord } from './nearest.ts'

export type Origin = SettingField['origin']

/** Where a value stands, for messages and for resolving paths. */
export interface Place {
  /** `fieldgate.yaml:3`, `SQLITE_PATH`, `--sqlite`. */
  readonly source: string
  readonly file: string | undefined
  readonly line: number | undefined
  /** Folder that relative paths are relative to. */
  readonly base: string
  /** 1-based line of a part of a structured value. */
  readonly lineOf?: (path: readonly PropertyKey[]) => number | undefined
}

/** One value as one layer gives it. `path` is the setting's own, whatever alias was used. */
export interface Entry extends Place {
  readonly path: string
  readonly value: unknown
  /** False when the text was written out; true when it came from a `${VARIABLE}`. */
  readonly isExpanded: boolean
}

/** Values of one rank. A later layer wins over an earlier one. */
export interface Layer {
  readonly origin: Origin
  readonly entries: ReadonlyMap<string, Entry>
}

/** A value that won, with where it came from and its rank among the layers. */
export interface Resolved extends Entry {
  readonly origin: Origin
  readonly rank: number
}

/**
 * Checks a raw value against its setting. Reports to `problems` and returns undefined when it does not fit; a secret is never
 * quoted.
 */
export function checkValue(
  setting: Setting,
  entry: Entry,
  writtenAs: string,
  problems: ProblemList,
): Entry | undefined {
  const parsed = setting.schema.safeParse(entry.value)
  if (parsed.success) return { ...entry, value: parsed.data }
  if (!setting.isStructured) {
    const given = setting.isSecret ? '' : `, not ${JSON.stringify(entry.value)}`
    problems.add({
      path: setting.path,
      file: entry.file,
      line: entry.line,
      message: `${prefixed(entry, writtenAs)} must be ${setting.expects}${given}.`,
      hint: `It sets ${setting.about}.`,
    })
    return undefined
  }
  for (const issue of parsed.error.issues) {
    const at = [writtenAs, ...issue.path.map(String)].join('.')
    const line = entry.lineOf?.(issue.path) ?? entry.line
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) {
        const known = knownKeysAt(setting.schema, issue.path)
        problems.add({
          path: setting.path,
          file: entry.file,
          line: entry.lineOf?.([...issue.path, key]) ?? line,
          message: `"${key}" is not a setting of ${at}.`,
          hint: suggest(key, known),
        })
      }
    } else {
      problems.add({
        path: setting.path,
        file: entry.file,
        line,
        message: `${at}: ${plainIssue(issue.message)}.`,
        hint: `${setting.path} holds ${setting.about}.`,
      })
    }
  }
  return undefined
}

function prefixed(entry: Entry, writtenAs: string): string {
  return entry.file === undefined && entry.source !== writtenAs ? entry.source : writtenAs
}

function plainIssue(message: string): string {
  return message.replace(/^Invalid input: /, '').replace(/\.$/, '')
}

/** `Did you mean "x"?`, or the list when nothing is near. */
export function suggest(word: string, known: readonly string[]): string | undefined {
  const nearest = nearestWord(word, known)
  if (nearest !== undefined) return `Did you mean "${nearest}"?`
  return known.length === 0 ? undefined : `Known: ${known.join(', ')}.`
}

/** The value of a text setting, checked before. */
export function textOf(entry: Entry | undefined): string | undefined {
  return typeof entry?.value === 'string' ? entry.value : undefined
}

/** The strongest value of each path. */
export function mergeLayers(layers: readonly Layer[]): ReadonlyMap<string, Resolved> {
  const merged = new Map<string, Resolved>()
  layers.forEach((layer, rank) => {
    for (const [path, entry] of layer.entries) merged.set(path, { ...entry, origin: layer.origin, rank })
  })
  return merged
}

/** Adds a checked entry, unless the layer already has one from a stronger key of the same setting. */
export function addEntry(entries: Map<string, Entry>, entry: Entry, writtenAs: string, problems: ProblemList): void {
  const setting = findSetting(writtenAs) ?? findSetting(entry.path)
  if (setting === undefined) {
    entries.set(entry.path, entry)
    return
  }
  const convert = setting.fromAlias[writtenAs]
  const checked = checkValue(
    setting,
    convert === undefined ? entry : { ...entry, value: convert(entry.value) },
    writtenAs,
    problems,
  )
  if (checked !== undefined && !entries.has(setting.path)) entries.set(setting.path, { ...checked, path: setting.path })
}
