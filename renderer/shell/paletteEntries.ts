import type { NodeSummary } from '../../shared/domain/node.ts'
import type { WorkspaceInfo } from '../../shared/ipc/contract.ts'
import { messages } from '../text/messages.ts'
import { cliCommand } from '../ui/cli.ts'
import type { IconName } from '../ui/Icon.tsx'

const words = messages.shell.palette
const NODES_SHOWN = 6
const OBJECTS_SHOWN = 4
const SWITCHES_SHOWN = 4

/** What choosing an entry does; the palette's view turns it into a call. */
export type PaletteDeed =
  | { readonly kind: 'run'; readonly run: () => void }
  | { readonly kind: 'switch'; readonly nodeIds: readonly string[]; readonly type: string }
  | { readonly kind: 'node'; readonly nodeId: string }
  | { readonly kind: 'prefix'; readonly bucket: string; readonly prefix: string }
  | { readonly kind: 'copy'; readonly text: string }

export interface PaletteEntry {
  readonly id: string
  readonly icon: IconName
  readonly label: string
  readonly detail: string
  readonly keys: string | undefined
  readonly deed: PaletteDeed
  /** The node an entry is about: its lamps and type stand at the right. */
  readonly node?: NodeSummary
}

export interface PaletteGroup {
  readonly label: string
  readonly entries: readonly PaletteEntry[]
}

/** A fixed action, such as going to a screen. */
export interface PaletteAction {
  readonly id: string
  readonly icon: IconName
  readonly label: string
  readonly detail?: string
  readonly keys?: string
  readonly run: () => void
}

export interface PaletteWorld {
  readonly nodes: readonly NodeSummary[]
  readonly workspace: WorkspaceInfo | undefined
  readonly actions: readonly PaletteAction[]
}

interface Query {
  readonly words: readonly string[]
  readonly scope: 'all' | 'actions' | 'objects'
}

/** The words of what was typed; `>` leaves actions only, `/` objects only. */
export function parseQuery(text: string): Query {
  const scope = text.startsWith('>') ? 'actions' : text.startsWith('/') ? 'objects' : 'all'
  const rest = scope === 'all' ? text : text.slice(1)
  return { scope, words: rest.toLowerCase().split(/\s+/).filter(Boolean) }
}

/** Everything that matches, in groups: actions, nodes, objects. Each word has to occur. */
export function findEntries(text: string, world: PaletteWorld): readonly PaletteGroup[] {
  const query = parseQuery(text)
  const wants = (scope: Query['scope']) => query.scope === 'all' || query.scope === scope
  const groups: PaletteGroup[] = []
  if (wants('actions')) {
    groups.push({ label: words.actions, entries: [...switchEntries(query, world), ...actionEntries(query, world)] })
  }
  if (query.scope === 'all') groups.push({ label: words.nodes, entries: nodeEntries(query, world) })
  if (wants('objects')) groups.push({ label: words.objects, entries: objectEntries(query, world) })
  return groups.filter(({ entries }) => entries.length > 0)
}

function occurs(text: string, query: Query): boolean {
  const low = text.toLowerCase()
  return query.words.every((word) => low.includes(word))
}

function actionEntries(query: Query, { actions }: PaletteWorld): readonly PaletteEntry[] {
  return actions
    .filter(({ label, detail = '' }) => occurs(`${label} ${detail}`, query))
    .map(({ id, icon, label, detail = '', keys, run }) => ({
      id,
      icon,
      label,
      detail,
      keys,
      deed: { kind: 'run', run },
    }))
}

/** Switches are offered once a type is named by at least three letters, for the nodes and the site the other words name. */
function switchEntries(query: Query, { nodes, workspace }: PaletteWorld): readonly PaletteEntry[] {
  const types = workspace?.pipelineTypes ?? []
  const named = query.words.find((word) => word.length >= 3 && types.some((type) => type.startsWith(word)))
  const type = named === undefined ? undefined : types.find((known) => known.startsWith(named))
  if (type === undefined) return []
  const rest: Query = { ...query, words: query.words.filter((word) => word !== named && word !== 'switch') }
  if (rest.words.length === 0) return []
  const fitting = nodes.filter((node) => node.pipelineType !== type && occurs(nodeText(node), rest))
  const entries = fitting.slice(0, SWITCHES_SHOWN).map((node): PaletteEntry => ({
    id: `switch:${node.nodeId}:${type}`,
    icon: 'pipelines',
    label: words.switchTo(node.nodeId, type),
    detail: words.planFirst,
    keys: undefined,
    deed: { kind: 'switch', nodeIds: [node.nodeId], type },
  }))
  const sites = [...Map.groupBy(fitting, (node) => node.site)].filter(
    ([site]) => site !== undefined && occurs(site, rest),
  )
  for (const [site = '', members] of sites.slice(0, 2)) {
    entries.push({
      id: `switchSite:${site}:${type}`,
      icon: 'pipelines',
      label: words.switchSite(site, type),
      detail: words.nodesOf(members.length),
      keys: undefined,
      deed: { kind: 'switch', nodeIds: members.map(({ nodeId }) => nodeId), type },
    })
  }
  const [first] = fitting
  if (first !== undefined) {
    const command = cliCommand('pipeline', 'set', type, '--node', first.nodeId)
    entries.push({
      id: `copy:${first.nodeId}:${type}`,
      icon: 'copy',
      label: words.copyCli(command),
      detail: '',
      keys: undefined,
      deed: { kind: 'copy', text: command },
    })
  }
  return entries
}

function nodeText(node: NodeSummary): string {
  return `${node.nodeId} ${node.site ?? ''} ${node.pipelineType ?? ''}`
}

function nodeEntries(query: Query, { nodes }: PaletteWorld): readonly PaletteEntry[] {
  const found: PaletteEntry[] = []
  for (const node of nodes) {
    if (!occurs(nodeText(node), query)) continue
    found.push({
      id: `node:${node.nodeId}`,
      icon: 'fleet',
      label: node.nodeId,
      detail: node.site ?? '',
      keys: undefined,
      deed: { kind: 'node', nodeId: node.nodeId },
      node,
    })
    if (found.length === NODES_SHOWN) break
  }
  return found
}

/** Prefixes of what was delivered: one per route of each node that matches. */
function objectEntries(query: Query, { nodes, workspace }: PaletteWorld): readonly PaletteEntry[] {
  if (query.words.length === 0 || workspace === undefined) return []
  const found: PaletteEntry[] = []
  for (const node of nodes) {
    for (const lane of node.lanes) {
      const bucket = workspace.buckets[lane.route]
      if (bucket === undefined || node.table === undefined) continue
      const prefix = `${lane.route}/table=${node.table}/node=${node.nodeId}/`
      if (!occurs(`${prefix} ${node.site ?? ''}`, query)) continue
      found.push({
        id: `prefix:${bucket}/${prefix}`,
        icon: 'folder',
        label: prefix,
        detail: bucket,
        keys: undefined,
        deed: { kind: 'prefix', bucket, prefix },
      })
      if (found.length === OBJECTS_SHOWN) return found
    }
  }
  return found
}

/** The parts of a text, each with whether a word of the query matched it; in order, nothing lost. */
export function markMatches(
  text: string,
  queryWords: readonly string[],
): readonly { readonly text: string; readonly isMatch: boolean }[] {
  const low = text.toLowerCase()
  const hits = Array.from({ length: text.length }, () => false)
  for (const word of queryWords.filter(Boolean)) {
    for (let at = low.indexOf(word); at >= 0; at = low.indexOf(word, at + word.length)) {
      hits.fill(true, at, at + word.length)
    }
  }
  const parts: { text: string; isMatch: boolean }[] = []
  for (let index = 0; index < text.length; index++) {
    const isMatch = hits[index] ?? false
    const last = parts.at(-1)
    if (last?.isMatch === isMatch) last.text += text[index]
    else parts.push({ text: text[index] ?? '', isMatch })
  }
  return parts
}
