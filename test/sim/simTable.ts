import Database from 'better-sqlite3'
import { copyFileSync, rmSync } from 'node:fs'
import { openSource } from '../../electron/core/db/node/connection.ts'
import type { SourceConnection } from '../../electron/core/db/node/connection.ts'
import { nodeDatabaseOver, openNodeDatabase } from '../../electron/core/db/nodeDatabase.ts'
import type { NodeDatabase } from '../../electron/core/db/nodePort.ts'
import { readPipelineFrom, setPipelineWith } from '../../electron/core/pipelines/pipelineManager.ts'
import type { PipelineState } from '../../electron/core/pipelines/pipelineManager.ts'

/** The types that the configuration declares beside the built-in ones. */
export const CUSTOM_TYPES: readonly string[] = ['even']

export interface TableShape {
  readonly isAutoIncrement: boolean
  readonly isWide: boolean
}

/** The database of a node with both its sides: the sensor that writes it, and the product that reads it. */
export interface SimTable {
  readonly writer: () => Database.Database
  /** What the product sees there now. What was opened before goes on seeing the file it opened. */
  open(): NodeDatabase
  readPipeline(): PipelineState
  setPipeline(type: string, backfill: boolean, atMs: number): void
  /** Another file takes the place of this one: a new one, or the backup. */
  replace(by: 'nothing' | 'backup'): void
  backUp(): void
  close(): void
}

/** Everything that is opened once per file, however often the product asks. Opening costs more than what is read. */
interface OpenFile {
  readonly database: Database.Database
  readonly reader: NodeDatabase
  readonly pipelines: SourceConnection
  close(): void
}

/** The node's database at `path`; in memory, where writer and readers share a connection, unless `isOnDisk`. */
export function createSimTable(path: string, isOnDisk: boolean, shape: TableShape): SimTable {
  const { isAutoIncrement, isWide } = shape
  const media = isOnDisk ? onDisk(path) : inMemory({ isAutoIncrement, isWide })
  let file = media.open()
  createTable(file.database, shape)
  const closed: OpenFile[] = []
  /** What was read last; nobody but `setPipeline` writes it. */
  let pipeline: PipelineState | undefined
  return {
    writer: () => file.database,
    open: () => ({ ...file.reader, close: () => undefined }),
    readPipeline: () => (pipeline ??= readPipelineFrom(file.pipelines, path, { customTypes: CUSTOM_TYPES })),
    setPipeline(type, backfill, atMs) {
      pipeline = undefined
      const { database } = file
      const change = { type, by: 'sim', reason: undefined, backfill, atMs, customTypes: CUSTOM_TYPES }
      const writer = {
        all: (sql: string, parameters: readonly unknown[] = []) =>
          database
            .prepare<unknown[], unknown[]>(sql)
            .raw(true)
            .all(...parameters),
        run: (sql: string, parameters: readonly unknown[] = []) => void database.prepare(sql).run(...parameters),
      }
      database.transaction(() => setPipelineWith(writer, path, change)).immediate()
    },
    replace(by) {
      pipeline = undefined
      closed.push(file)
      file = media.replace(file, by)
      createTable(file.database, shape)
    },
    backUp: () => media.backUp(file),
    close() {
      for (const each of [...closed, file]) each.close()
    },
  }
}

interface Media {
  open(): OpenFile
  replace(file: OpenFile, by: 'nothing' | 'backup'): OpenFile
  backUp(file: OpenFile): void
}

/** Databases in memory that no world uses any more: emptied and used again, for their statements are what costs. */
const free = new Map<string, MemoryFile[]>()
let files = 0

interface MemoryFile extends OpenFile {
  /** Where it lies, as the product would see it. */
  name: string
}

function inMemory(shape: TableShape): Media {
  let backup: Buffer | undefined
  const kind = JSON.stringify(shape)
  const openOver = (database: Database.Database): MemoryFile => {
    const connection = shareConnection(database)
    const file: MemoryFile = {
      name: '',
      database,
      reader: nodeDatabaseOver(connection, 'memory', () => file.name),
      pipelines: connection,
      close() {
        const columns = database.pragma('table_info(sensor_readings)') as { name: string }[]
        if (columns.some((column) => column.name.startsWith('added_'))) return database.close()
        database.exec('DELETE FROM sensor_readings; DROP TABLE IF EXISTS pipeline_config')
        if (shape.isAutoIncrement) database.exec('DELETE FROM sqlite_sequence')
        free.set(kind, [...(free.get(kind) ?? []), file])
      },
    }
    return file
  }
  const named = (file: MemoryFile): MemoryFile => {
    file.name = `memory:${++files}`
    return file
  }
  const open = (): MemoryFile => named(free.get(kind)?.pop() ?? openOver(new Database(':memory:')))
  return {
    open,
    replace: (_file, by) => (by === 'backup' && backup !== undefined ? named(openOver(new Database(backup))) : open()),
    backUp(file) {
      backup = file.database.serialize()
    },
  }
}

/** The product's view of a connection that the sensor writes through: one thread, so nobody sees half a transaction. */
function shareConnection(database: Database.Database): SourceConnection {
  const statements = new Map<string, Database.Statement<unknown[], unknown[]>>()
  return {
    journalMode: 'wal',
    all(sql, parameters = [], wide = false) {
      const key = wide ? `wide ${sql}` : sql
      let statement = statements.get(key)
      if (statement === undefined) {
        statement = database.prepare<unknown[], unknown[]>(sql).raw(true).safeIntegers(wide)
        statements.set(key, statement)
      }
      return statement.all(...parameters)
    },
    begin: () => undefined,
    end: () => undefined,
    close: () => undefined,
  }
}

function onDisk(path: string): Media {
  const open = (): OpenFile => {
    const database = new Database(path)
    database.pragma('journal_mode = WAL')
    database.pragma('synchronous = OFF')
    database.exec('CREATE TABLE IF NOT EXISTS upload_state (id INTEGER PRIMARY KEY)')
    const reader = openNodeDatabase(path, { timeZone: 'UTC' })
    const pipelines = openSource(path)
    return {
      database,
      reader,
      pipelines,
      close() {
        reader.close()
        pipelines.close()
        database.close()
      },
    }
  }
  return {
    open,
    replace(file, by) {
      file.database.close()
      for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(path + suffix, { force: true })
      if (by === 'backup') copyFileSync(`${path}.backup`, path)
      return open()
    },
    backUp(file) {
      rmSync(`${path}.backup`, { force: true })
      file.database.exec(`VACUUM INTO '${path}.backup'`)
    },
  }
}

const NARROW = 'sensor_id TEXT NOT NULL, temperature REAL, status_code INTEGER, anomaly_flag INTEGER, anomaly_type TEXT'
const WIDE = `${NARROW}, humidity REAL, battery REAL, synced INTEGER DEFAULT 0`

function createTable(database: Database.Database, shape: TableShape): void {
  database.exec(
    `CREATE TABLE IF NOT EXISTS sensor_readings (id INTEGER PRIMARY KEY ${shape.isAutoIncrement ? 'AUTOINCREMENT' : ''},
       timestamp TEXT NOT NULL, ${shape.isWide ? WIDE : NARROW})`,
  )
}
