import { basename } from 'node:path'
import { isMap, isScalar, LineCounter, parseDocument, visit } from 'yaml'
import type { Document, Node } from 'yaml'
import { PIPELINE_TYPE_ALIASES } from '../../../shared/domain/pipelineTypes.ts'
import type { Environment } from './environment.ts'
import { addEntry, suggest } from './layers.ts'
import type { Entry, Place } from './layers.ts'
import type { ProblemList } from './problems.ts'
import { RETIRED } from './retired.ts'
import { BUCKET_NAME_PATHS, BUCKET_NAMES, findSetting, KNOWN_PATHS } from './settings.ts'

/** The values of one YAML file, keyed by the settings' own paths, and what should be said about it. */
export interface FileValues {
  readonly entries: ReadonlyMap<string, Entry>
  readonly notices: readonly string[]
}

interface Reading {
  readonly document: Document
  readonly lines: LineCounter
  readonly file: string
  readonly base: string
  readonly entries: Map<string, Entry>
  readonly notices: string[]
  readonly expanded: ReadonlySet<unknown>
  readonly problems: ProblemList
}

const VARIABLE = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g

/**
 * Reads the text of a configuration file: the keys of fieldgate.yaml, those of the seed's databricks-uploader-config.yaml and
 * their older aliases, with `${NAME}` and `${NAME:-default}` expanded. Everything wrong goes to `problems` with its line.
 */
export function readConfigText(
  text: string,
  file: string,
  base: string,
  env: Environment,
  problems: ProblemList,
): FileValues {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const entries = new Map<string, Entry>()
  const notices: string[] = []
  for (const error of document.errors) {
    problems.add({
      file,
      line: error.linePos?.[0].line,
      message: `This is not YAML: ${error.message.split(' at line')[0]}.`,
      hint: 'Check indentation, quotes and repeated keys on this line.',
    })
  }
  if (document.errors.length > 0) return { entries, notices }
  const reading: Reading = { document, lines, file, base, entries, notices, expanded: new Set(), problems }
  const expanded = expandVariables(reading, env)
  const root = document.contents
  if (root === null) return { entries, notices }
  if (!isMap(root)) {
    problems.add({ file, line: 1, message: 'A configuration is a map of settings.', hint: 'Write "key: value" lines.' })
    return { entries, notices }
  }
  readSection({ ...reading, expanded }, root, '')
  return { entries, notices }
}

/** Expands variables in every scalar, in place, and returns the scalars that had one. */
function expandVariables(reading: Reading, env: Environment): ReadonlySet<unknown> {
  const expanded = new Set<unknown>()
  visit(reading.document, {
    Scalar: (key, node) => {
      if (key === 'key' || typeof node.value !== 'string' || !node.value.includes('${')) return
      node.value = node.value.replace(VARIABLE, (whole, name: string, fallback: string | undefined) => {
        const value = env.get(name)?.value ?? fallback
        if (value !== undefined && (value !== '' || fallback === undefined)) return value
        if (fallback !== undefined) return fallback
        reading.problems.add({
          file: reading.file,
          line: lineOf(reading, node),
          message: `The environment variable ${name} is not set.`,
          hint: `Set it, or give a default: \${${name}:-value}.`,
        })
        return whole
      })
      expanded.add(node)
    },
  })
  return expanded
}

function readSection(reading: Reading, section: Node, prefix: string): void {
  if (!isMap(section)) return
  for (const pair of section.items) {
    const name = isScalar(pair.key) ? String(pair.key.value) : String(pair.key)
    const key = prefix === '' ? name : `${prefix}.${name}`
    readPair(reading, key, name, pair.key as Node, pair.value as Node | null, prefix)
  }
}

function readPair(
  reading: Reading,
  key: string,
  name: string,
  keyNode: Node,
  value: Node | null,
  prefix: string,
): void {
  if (BUCKET_NAME_PATHS.includes(key)) return readBucketNames(reading, value)
  if (findSetting(key) !== undefined) {
    const plain = toPlain(reading, value)
    if (plain !== null) addEntry(reading.entries, entryAt(reading, key, keyNode, value, plain), key, reading.problems)
    return
  }
  const isSection = KNOWN_PATHS.some((known) => known.startsWith(`${key}.`))
  const retired = RETIRED[key]
  if (retired !== undefined) {
    if (isSection) readKnownOf(reading, value, key)
    reading.notices.push(`${reading.file}:${lineOf(reading, keyNode)}: "${key}" has no effect: ${retired}.`)
    return
  }
  if (isSection && (value === null || isMap(value) || toPlain(reading, value) === null)) {
    if (value !== null) readSection(reading, value, key)
    return
  }
  const siblings = siblingNames(prefix)
  reading.problems.add({
    file: reading.file,
    line: lineOf(reading, keyNode),
    message: isSection ? `"${key}" is a section: its settings go below it, indented.` : `"${key}" is not a setting.`,
    hint: isSection ? undefined : suggest(name, siblings),
  })
}

/** Takes what is known out of a section of an earlier system and leaves the rest. */
function readKnownOf(reading: Reading, section: Node | null, prefix: string): void {
  if (!isMap(section)) return
  for (const pair of section.items) {
    const key = `${prefix}.${String(isScalar(pair.key) ? pair.key.value : pair.key)}`
    if (findSetting(key) !== undefined) readPair(reading, key, key, pair.key as Node, pair.value as Node | null, prefix)
  }
}

function readBucketNames(reading: Reading, value: Node | null): void {
  if (!isMap(value)) return
  const pairs = value.items.map((pair) => ({
    type: String(isScalar(pair.key) ? pair.key.value : pair.key),
    keyNode: pair.key as Node,
    value: pair.value as Node | null,
  }))
  // The canonical name of a type wins over an older alias of it, whatever their order.
  const ordered = pairs.toSorted(
    (a, b) => Number(a.type in PIPELINE_TYPE_ALIASES) - Number(b.type in PIPELINE_TYPE_ALIASES),
  )
  for (const pair of ordered) {
    const bucket = toPlain(reading, pair.value)
    if (bucket === null) continue
    if (typeof bucket !== 'string') {
      reading.problems.add({
        path: BUCKET_NAMES,
        file: reading.file,
        line: lineOf(reading, pair.keyNode),
        message: `The bucket of "${pair.type}" must be text.`,
        hint: 'Put the name in quotes.',
      })
      continue
    }
    const path = `${BUCKET_NAMES}.${PIPELINE_TYPE_ALIASES[pair.type] ?? pair.type}`
    if (!reading.entries.has(path)) reading.entries.set(path, entryAt(reading, path, pair.keyNode, pair.value, bucket))
  }
}

function entryAt(reading: Reading, path: string, keyNode: Node, value: Node | null, plain: unknown): Entry {
  const line = lineOf(reading, keyNode)
  const place: Place = {
    source: `${basename(reading.file)}${line === undefined ? '' : `:${line}`}`,
    file: reading.file,
    line,
    base: reading.base,
    lineOf: (inner) => lineInside(reading, value, inner),
  }
  return { ...place, path, value: plain, isExpanded: reading.expanded.has(value) }
}

function toPlain(reading: Reading, value: Node | null): unknown {
  return value === null ? null : (value.toJS(reading.document) as unknown)
}

function lineOf(reading: Reading, node: Node | null | undefined): number | undefined {
  const start = node?.range?.[0]
  return start === undefined ? undefined : reading.lines.linePos(start).line
}

/** Line of the deepest part of the path that exists. */
function lineInside(reading: Reading, value: Node | null, path: readonly PropertyKey[]): number | undefined {
  let node: Node | null | undefined = value
  let line = lineOf(reading, value)
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(
        (candidate) => isScalar(candidate.key) && String(candidate.key.value) === String(step),
      )
      line = lineOf(reading, pair?.key as Node | undefined) ?? line
      node = pair?.value as Node | null | undefined
    } else {
      const items = (node as { readonly items?: readonly Node[] } | null | undefined)?.items
      node = typeof step === 'number' ? items?.[step] : undefined
      line = lineOf(reading, node) ?? line
    }
  }
  return line
}

function siblingNames(prefix: string): readonly string[] {
  const start = prefix === '' ? '' : `${prefix}.`
  const names = KNOWN_PATHS.filter((known) => known.startsWith(start)).map(
    (known) => known.slice(start.length).split('.')[0] ?? '',
  )
  return [...new Set(names)].filter((name) => name !== '' && RETIRED[`${start}${name}`] === undefined)
}
