import { opendir, open } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { errorToData } from '../../../shared/domain/errors.ts'
import type { NodeConfig } from '../../../shared/domain/settings.ts'
import type { ScannedDatabase } from '../../../shared/domain/settingsForm.ts'
import type { NodeDatabase } from '../db/nodePort.ts'

export interface ScanOptions {
  readonly openNode: (node: NodeConfig) => NodeDatabase
  readonly known: readonly NodeConfig[]
  readonly signal: AbortSignal
}

const MOST_FILES = 5_000
const MOST_DEPTH = 6
const ENDINGS: ReadonlySet<string> = new Set(['.db', '.sqlite', '.sqlite3', '.db3'])
const SKIPPED: ReadonlySet<string> = new Set(['node_modules', 'state', 'objects', '.git'])
/** First 16 bytes of every SQLite file (sqlite.org/fileformat, section 1.3). */
const MAGIC = 'SQLite format 3\u0000'

/**
 * Every SQLite file below a folder with a verdict: ready to add, a question to answer first, refused with the reason, or
 * known already. Reads only; looks at 5,000 files six folders deep at most. Throws when the folder cannot be read.
 */
export async function scanFolder(folder: string, options: ScanOptions): Promise<readonly ScannedDatabase[]> {
  const files = await findFiles(folder, 0, options.signal)
  const known = new Set(options.known.map((node) => node.sqlite))
  const taken = new Set(options.known.map((node) => node.id))
  const found: ScannedDatabase[] = []
  for (const file of files.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    if (options.signal.aborted) break
    const suggestedId = suggestId(file.path, taken)
    taken.add(suggestedId)
    found.push(judge(file, suggestedId, known, options))
    await new Promise((resolve) => setImmediate(resolve))
  }
  return found
}

interface FoundFile {
  readonly path: string
  readonly bytes: number
}

async function findFiles(folder: string, depth: number, signal: AbortSignal): Promise<FoundFile[]> {
  const found: FoundFile[] = []
  for await (const entry of await opendir(folder)) {
    if (signal.aborted || found.length >= MOST_FILES) break
    const path = join(folder, entry.name)
    if (entry.isDirectory()) {
      if (depth < MOST_DEPTH && !SKIPPED.has(entry.name)) {
        // A folder that may not be read hides nothing from the rest.
        found.push(...(await findFiles(path, depth + 1, signal).catch(() => [])))
      }
    } else if (entry.isFile() && ENDINGS.has(extname(entry.name))) {
      const bytes = await sqliteBytes(path)
      if (bytes !== undefined) found.push({ path, bytes })
    }
  }
  return found.slice(0, MOST_FILES)
}

/** Size of a file that begins as SQLite files do; an empty one is a database nobody has written to. */
async function sqliteBytes(path: string): Promise<number | undefined> {
  try {
    await using handle = await open(path, 'r')
    const { size } = await handle.stat()
    const head = Buffer.alloc(16)
    await handle.read(head, 0, 16, 0)
    return size === 0 || head.toString('latin1') === MAGIC ? size : undefined
  } catch {
    return undefined
  }
}

function judge(
  file: FoundFile,
  suggestedId: string,
  known: ReadonlySet<string>,
  options: ScanOptions,
): ScannedDatabase {
  const base = { path: file.path, suggestedId, bytes: file.bytes }
  const nothing = { tables: [], timestampColumns: [], rows: undefined }
  if (known.has(file.path))
    return { ...base, ...nothing, verdict: 'known', message: 'Already a node of this workspace.' }
  let database: NodeDatabase | undefined
  let tables: readonly string[] = []
  try {
    database = options.openNode({ id: suggestedId, sqlite: file.path, labels: {}, timeZone: 'UTC' })
    tables = database
      .tables()
      .filter((table) => table.problem === undefined)
      .map((table) => table.name)
    const plan = database.plan()
    const { minSeq, maxSeq } = database.identity(plan.table)
    const rows = minSeq === undefined || maxSeq === undefined ? 0 : database.countRows(plan.table, minSeq - 1, maxSeq)
    return {
      ...base,
      verdict: 'ready',
      message: `Table ${plan.table}, times in ${plan.timestampColumn}.`,
      tables,
      timestampColumns: [plan.timestampColumn],
      rows,
    }
  } catch (error) {
    const data = errorToData(error)
    const isQuestion = data.code === 'invalid' && tables.length > 0
    return {
      ...base,
      verdict: isQuestion ? 'question' : 'refused',
      message: data.hint === undefined ? data.message : `${data.message} ${data.hint}`,
      tables,
      timestampColumns: [],
      rows: undefined,
    }
  } finally {
    database?.close()
  }
}

/** The file's name, or its folder's for the names every node uses; a number where it is taken. */
function suggestId(path: string, taken: ReadonlySet<string>): string {
  const name = basename(path, extname(path))
  const generic = /^(sensor_?data|sensors?|data|readings?|database|node)$/i.test(name)
  const base = (generic ? basename(dirname(path)) : name).replace(/[^A-Za-z0-9._-]+/g, '-') || 'node'
  if (!taken.has(base)) return base
  for (let number = 2; ; number++) if (!taken.has(`${base}-${number}`)) return `${base}-${number}`
}
