import { existsSync, readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { isMap, isScalar, parseDocument, stringify, YAMLMap } from 'yaml'
import type { Document, Scalar } from 'yaml'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import type { SettingsChanges, SettingsPreview } from '../../../shared/domain/settingsForm.ts'
import { writeFileAtomic } from '../support/atomicFile.ts'
import { suggest } from './layers.ts'
import { inspectConfig } from './loadConfig.ts'
import type { ConfigSources } from './loadConfig.ts'
import { changedLines, keepSpacing } from './lineDiff.ts'
import { BUCKET_NAME_PATHS, BUCKET_NAMES, findSetting, SETTINGS } from './settings.ts'

/** The text of a file with changes applied, and the 1-based lines of it that are new or different. */
export interface EditedText {
  readonly text: string
  readonly changedLines: readonly number[]
}

const MODE = 0o600

/**
 * Applies changes to the text of a configuration file. Comments, order and everything not named stay as they are; a setting that
 * the file has under an older key is changed under that key. `null` removes a setting. Throws `invalid` for an unknown path, a
 * secret, or text that is not YAML.
 */
export function editConfigText(text: string, changes: SettingsChanges): EditedText {
  let edited = text
  for (const [path, value] of Object.entries(changes)) edited = applyChange(edited, path, value)
  return { text: edited, changedLines: changedLines(text, edited) }
}

/** What the file would be with the changes, and what would be wrong with it then. Writes nothing. */
export function previewConfigChanges(
  sources: ConfigSources,
  file: string | undefined,
  changes: SettingsChanges,
): SettingsPreview {
  const { text, changedLines: lines } = editConfigText(readIfThere(file), changes)
  const { problems } = inspectConfig({ ...sources, text })
  return {
    yaml: text,
    changedLines: lines,
    problems: problems.map(({ path, message, hint }) => ({ path, message, hint })),
  }
}

/** Writes the changes into the file, atomically. A new file is readable by its owner only. */
export function updateConfigFile(file: string, changes: SettingsChanges): EditedText {
  const edited = editConfigText(readIfThere(file), changes)
  writeFileAtomic(file, edited.text, MODE)
  return edited
}

/** Adds entries to the `nodes` list, or removes the one with an id; everything else in the file stays. */
export function editNodes(
  text: string,
  edit: { readonly add?: readonly Readonly<Record<string, unknown>>[]; readonly removeId?: string },
): EditedText {
  const document = parse(text)
  const root = rootOf(document)
  const list = root.get('nodes', true)
  const nodes =
    (list as { items?: unknown[] } | undefined)?.items === undefined
      ? []
      : ((document.toJS() as { nodes?: unknown[] }).nodes ?? [])
  if (edit.removeId !== undefined) {
    const at = nodes.findIndex((node) => String((node as { id?: unknown }).id) === edit.removeId)
    if (at === -1) {
      throw new FieldgateError('notFound', `The file has no node "${edit.removeId}".`, {
        hint: 'A node given by --sqlite or SQLITE_PATH is not in the file.',
      })
    }
    document.deleteIn(['nodes', at])
  }
  for (const node of edit.add ?? []) {
    if (document.hasIn(['nodes'])) document.addIn(['nodes'], document.createNode(node))
    else document.setIn(['nodes'], document.createNode([node]))
  }
  const edited = render(document, text)
  return { text: edited, changedLines: changedLines(text, edited) }
}

function readIfThere(file: string | undefined): string {
  return file !== undefined && existsSync(file) ? readFileSync(file, 'utf8') : ''
}

function applyChange(text: string, path: string, value: SettingsChanges[string]): string {
  const document = parse(text)
  const keys = keysFor(document, path)
  const old = document.getIn(keys, true)
  if (isScalar(old) && value !== null && !Array.isArray(value)) {
    const spliced = replaceScalar(text, old, value)
    if (isDeepStrictEqual(parse(spliced).getIn(keys), value)) return spliced
  }
  if (value === null) {
    document.deleteIn(keys)
  } else {
    rootOf(document)
    makeSections(document, keys)
    document.setIn(keys, document.createNode(value))
  }
  return render(document, text)
}

function parse(text: string): Document {
  const document = parseDocument(text)
  if (document.errors.length === 0) return document
  throw new FieldgateError('invalid', 'The configuration file is not YAML and cannot be changed here.', {
    hint: 'Correct it in an editor first: "fieldgate config check" names the line.',
  })
}

/** Only the characters of the value change: alignment and comment of its line stay. */
function replaceScalar(text: string, old: Scalar, value: unknown): string {
  const [start, end] = old.range ?? [0, 0]
  const quote = text[start]
  const written =
    typeof value === 'string' && quote === '"' ? JSON.stringify(value) : stringify(value, { lineWidth: 0 }).trimEnd()
  return `${text.slice(0, start)}${written}${text.slice(end)}`
}

/** The document as text; lines that differ from the text before in spacing only are taken from there, when that means the same. */
function render(document: Document, before: string): string {
  const rendered = document.toString({ lineWidth: 0 })
  const kept = keepSpacing(before.split('\n'), rendered.split('\n')).join('\n')
  const again = parseDocument(kept)
  return again.errors.length === 0 && isDeepStrictEqual(again.toJS(), document.toJS()) ? kept : rendered
}

/** The place of a setting in this file: under the key it has there, else its own. */
function keysFor(document: Document, path: string): readonly string[] {
  if (path.startsWith(`${BUCKET_NAMES}.`)) {
    const type = path.slice(BUCKET_NAMES.length + 1)
    const used = BUCKET_NAME_PATHS.find((candidate) => document.hasIn(candidate.split('.')))
    return [...(used ?? BUCKET_NAMES).split('.'), type]
  }
  const setting = findSetting(path)
  if (setting === undefined) {
    throw new FieldgateError('invalid', `"${path}" is not a setting.`, {
      hint: suggest(
        path,
        SETTINGS.map((own) => own.path),
      ),
    })
  }
  if (setting.isSecret) {
    throw new FieldgateError('invalid', `${setting.path} is not written to a file.`, {
      hint: 'Keep keys in credentials/, in the environment, or in the keychain of the desktop app.',
    })
  }
  const aliases = setting.aliases.filter((alias) => setting.fromAlias[alias] === undefined)
  const used = [setting.path, ...aliases].find((candidate) => document.hasIn(candidate.split('.')))
  return (used ?? setting.path).split('.')
}

function rootOf(document: Document): YAMLMap {
  if (!isMap(document.contents)) document.contents = new YAMLMap()
  return document.contents as YAMLMap
}

/** `store:` without anything below it is null in YAML; it becomes a section before something goes into it. */
function makeSections(document: Document, keys: readonly string[]): void {
  for (let depth = 1; depth < keys.length; depth++) {
    const section = keys.slice(0, depth)
    if (!isMap(document.getIn(section, true))) document.setIn(section, new YAMLMap())
  }
}
