import type { NewNode, ScannedDatabase } from '../../../shared/domain/settingsForm.ts'
import { messages } from '../../text/messages.ts'

const words = messages.settings.nodes

/** What a person chose for the files of a scan. */
export interface AddChoices {
  readonly selected: ReadonlySet<string>
  /** Answers by path. */
  readonly tables: Readonly<Record<string, string>>
  readonly timestamps: Readonly<Record<string, string>>
  readonly site: string
  readonly labels: string
  /** The name of each node; `{file}` is what the scan suggested. */
  readonly pattern: string
}

/** The nodes that would be added, and the one thing that keeps them from it. */
export interface AddPlan {
  readonly nodes: readonly NewNode[]
  readonly problem: string | undefined
  /** The field the problem is about. */
  readonly field: 'labels' | 'name' | undefined
  readonly rows: number
  readonly bytes: number
}

/** True when a file can become a node at all. */
export function isAddable({ verdict }: ScannedDatabase): boolean {
  return verdict === 'ready' || verdict === 'question'
}

/** True when a question about a file has no answer yet. */
export function isOpen(file: ScannedDatabase, { tables, timestamps }: AddChoices): boolean {
  if (file.verdict !== 'question') return false
  const needsTable = file.tables.length > 1 && tables[file.path] === undefined
  const needsTime = file.timestampColumns.length > 1 && timestamps[file.path] === undefined
  return needsTable || needsTime
}

/** The labels of `env=pilot, river=skagit`; undefined when the text is not that. */
export function parseLabels(text: string): Readonly<Record<string, string>> | undefined {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
  const labels: Record<string, string> = {}
  for (const part of parts) {
    const match = /^([\w./-]{1,63})\s*=\s*(.{1,200})$/.exec(part)
    if (match?.[1] === undefined || match[2] === undefined) return undefined
    labels[match[1]] = match[2].trim()
  }
  return labels
}

/** What adding the chosen files means, with the first thing that is wrong with it. */
export function planAdd(found: readonly ScannedDatabase[], choices: AddChoices, taken: ReadonlySet<string>): AddPlan {
  const files = found.filter((file) => choices.selected.has(file.path) && isAddable(file))
  const labels = parseLabels(choices.labels)
  const nodes = files.map((file): NewNode => {
    const table = choices.tables[file.path] ?? (file.tables.length === 1 ? file.tables[0] : undefined)
    const site = choices.site.trim()
    return {
      id: nameOf(file, choices.pattern),
      sqlite: file.path,
      table,
      timestampColumn: choices.timestamps[file.path],
      site: site === '' ? undefined : site,
      labels,
    }
  })
  return {
    nodes,
    ...findProblem(files, nodes, choices, taken, labels !== undefined),
    rows: files.reduce((sum, { rows }) => sum + (rows ?? 0), 0),
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
  }
}

function nameOf(file: ScannedDatabase, pattern: string): string {
  const name = pattern.trim()
  return name === '' ? file.suggestedId : name.replaceAll('{file}', file.suggestedId)
}

function findProblem(
  files: readonly ScannedDatabase[],
  nodes: readonly NewNode[],
  choices: AddChoices,
  taken: ReadonlySet<string>,
  hasLabels: boolean,
): Pick<AddPlan, 'problem' | 'field'> {
  if (files.length === 0) return { problem: words.chooseFiles, field: undefined }
  const open = files.find((file) => isOpen(file, choices))
  if (open !== undefined) return { problem: words.question(fileName(open.path)), field: undefined }
  if (!hasLabels) return { problem: words.badLabels, field: 'labels' }
  const seen = new Set<string>()
  for (const { id } of nodes) {
    if (taken.has(id)) return { problem: words.taken(id), field: 'name' }
    if (seen.has(id)) return { problem: words.twice(id), field: 'name' }
    seen.add(id)
  }
  return { problem: undefined, field: undefined }
}

/** The last part of a path of either kind of system. */
export function fileName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path
}

/** The folder a file lies in, of either kind of system. */
export function folderOf(path: string): string {
  const at = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'))
  return at <= 0 ? path.slice(0, at + 1) : path.slice(0, at)
}
