import { openSource } from '../../electron/core/db/node/connection.ts'
import type { SourceConnection } from '../../electron/core/db/node/connection.ts'
import { openNodeDatabase } from '../../electron/core/db/nodeDatabase.ts'
import type { NodeDatabase } from '../../electron/core/db/nodePort.ts'
import { readPipelineFrom } from '../../electron/core/pipelines/pipelineManager.ts'
import type { PipelineState } from '../../electron/core/pipelines/pipelineManager.ts'

/** Read-only connections that stay open from one call to the next: opening one costs more than everything read by it. */
export interface SimSources {
  open(path: string): NodeDatabase
  readPipeline(path: string): PipelineState
  /** The file goes away or another takes its place: the next call opens what lies there then. */
  forget(path: string): void
}

/** Connections of the product's own kind; only the closing is put off. */
export function createSimSources(customTypes: readonly string[]): SimSources {
  const databases = new Map<string, { readonly real: NodeDatabase; readonly shared: NodeDatabase }>()
  const pipelines = new Map<string, SourceConnection>()
  return {
    open(path) {
      let found = databases.get(path)
      if (found === undefined) {
        const real = openNodeDatabase(path, { timeZone: 'UTC' })
        found = { real, shared: { ...real, close: () => undefined } }
        databases.set(path, found)
      }
      return found.shared
    },
    readPipeline(path) {
      let connection = pipelines.get(path)
      if (connection === undefined) {
        connection = openSource(path)
        pipelines.set(path, connection)
      }
      return readPipelineFrom(connection, path, { customTypes })
    },
    forget(path) {
      databases.get(path)?.real.close()
      pipelines.get(path)?.close()
      databases.delete(path)
      pipelines.delete(path)
    },
  }
}
