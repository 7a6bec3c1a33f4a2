import { basename, extname, isAbsolute, join, resolve } from 'node:path'
import type { NodeConfig } from '../../../shared/domain/settings.ts'
import { textOf } from './layers.ts'
import type { Place, Resolved } from './layers.ts'
import type { ProblemList } from './problems.ts'
import type { NodeEntry } from './schemas.ts'

type Values = ReadonlyMap<string, Resolved>

/** A path as a person wrote it, absolute: `~/` is the home folder, anything else relative to where it was written. */
export function resolvePath(written: string, base: string, home: string | undefined): string {
  if (written.startsWith('~/') && home !== undefined) return join(home, written.slice(2))
  return isAbsolute(written) ? written : resolve(base, written)
}

/** A node id made of a file name: `sensor_data.db` is `sensor_data`. */
export function nodeIdOf(path: string): string {
  const name = basename(path)
  return name.slice(0, name.length - extname(name).length) || name
}

/**
 * The nodes of a workspace: the `nodes` list and the one node of `sqlite`. A path from the environment or a flag stands alone:
 * it replaces the list, but keeps the settings of the entry that names the same file.
 */
export function readNodes(values: Values, home: string | undefined, problems: ProblemList): readonly NodeConfig[] {
  const nodes = chooseNodes(values, home, problems)
  const detect = values.get('auto_detect')
  if (detect?.value === false) checkNamed(nodes, detect, problems)
  return nodes
}

/** Without detection nothing is guessed: table and time column have to be said. */
function checkNamed(nodes: readonly NodeConfig[], place: Place, problems: ProblemList): void {
  for (const node of nodes) {
    const missing = [
      ...(node.table === undefined ? ['sqlite_table'] : []),
      ...(node.timestampColumn === undefined ? ['timestamp_col'] : []),
    ]
    if (missing.length === 0) continue
    problems.add({
      path: 'auto_detect',
      file: place.file,
      line: place.line,
      message: `Detection is off, and node "${node.id}" has no ${missing.join(' and no ')}.`,
      hint: `Set ${missing.join(' and ')}, or turn auto_detect on.`,
    })
  }
}

function chooseNodes(values: Values, home: string | undefined, problems: ProblemList): readonly NodeConfig[] {
  const list = values.get('nodes')
  const listed =
    list === undefined ? [] : (list.value as readonly NodeEntry[]).map((entry) => toNode(values, entry, list, home))
  checkUnique(listed, list, problems)
  checkZones(listed, list, problems)
  const single = values.get('sqlite')
  if (single === undefined) return listed
  const path = resolvePath(textOf(single) ?? '', single.base, home)
  const known = listed.find((node) => node.sqlite === path)
  if (single.origin === 'file' && list !== undefined) {
    return known === undefined ? [...listed, singleNode(values, path)] : listed
  }
  return [known ?? singleNode(values, path)]
}

function singleNode(values: Values, path: string): NodeConfig {
  return { id: textOf(values.get('node_id')) ?? nodeIdOf(path), sqlite: path, ...commonOf(values), labels: {} }
}

function toNode(values: Values, entry: NodeEntry, place: Place, home: string | undefined): NodeConfig {
  const common = commonOf(values)
  return {
    id: entry.id,
    sqlite: resolvePath(entry.sqlite, place.base, home),
    ...(entry.table === undefined
      ? common.table === undefined
        ? {}
        : { table: common.table }
      : { table: entry.table }),
    ...(entry.timestamp_column === undefined
      ? common.timestampColumn === undefined
        ? {}
        : { timestampColumn: common.timestampColumn }
      : { timestampColumn: entry.timestamp_column }),
    ...(entry.site === undefined ? {} : { site: entry.site }),
    ...(entry.location === undefined ? {} : { location: entry.location }),
    labels: entry.labels ?? {},
    timeZone: entry.time_zone ?? common.timeZone,
  }
}

function commonOf(values: Values): {
  readonly table?: string
  readonly timestampColumn?: string
  readonly timeZone: string
} {
  const table = textOf(values.get('sqlite_table'))
  const timestampColumn = textOf(values.get('timestamp_col'))
  return {
    ...(table === undefined ? {} : { table }),
    ...(timestampColumn === undefined ? {} : { timestampColumn }),
    timeZone: textOf(values.get('time_zone')) ?? 'UTC',
  }
}

function checkUnique(nodes: readonly NodeConfig[], place: Place | undefined, problems: ProblemList): void {
  const seen = new Map<string, number>()
  nodes.forEach((node, at) => {
    const first = seen.get(node.id)
    if (first === undefined) {
      seen.set(node.id, at)
      return
    }
    problems.add({
      path: 'nodes',
      file: place?.file,
      line: place?.lineOf?.([at, 'id']) ?? place?.line,
      message: `Two nodes have the id "${node.id}".`,
      hint: 'Give each node an id of its own: it is part of the names of its objects.',
    })
  })
}

function checkZones(nodes: readonly NodeConfig[], place: Place | undefined, problems: ProblemList): void {
  nodes.forEach((node, at) => {
    if (isTimeZone(node.timeZone)) return
    problems.add({
      path: 'nodes',
      file: place?.file,
      line: place?.lineOf?.([at, 'time_zone']) ?? place?.line,
      message: `"${node.timeZone}" is not a time zone.`,
      hint: 'Use an IANA name such as America/Chicago or UTC.',
    })
  })
}

/** Whether the runtime knows the zone. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name }).format(0)
    return true
  } catch {
    return false
  }
}
