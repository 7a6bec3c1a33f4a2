import { create } from 'zustand'
import { call } from '../client/client.ts'
import type { NewNode, ScannedDatabase } from '../../shared/domain/settingsForm.ts'
import { IDLE, failedFrom, loadingFrom, readyNow } from './loadState.ts'
import type { LoadState } from './loadState.ts'
import { loadNodes } from './nodes.ts'

interface ScanState {
  readonly load: LoadState
  readonly folder: string
  readonly found: readonly ScannedDatabase[]
  readonly tookMs: number | undefined
}

/** The last scan of a folder for sensor databases. */
export const useScan = create<ScanState>(() => ({ load: IDLE, folder: '', found: [], tookMs: undefined }))

/** Looks into every SQLite file of a folder, read-only. */
export async function scanFolder(folder: string): Promise<void> {
  const startedMs = performance.now()
  useScan.setState((state) => ({ folder, load: loadingFrom(state.load) }))
  try {
    const found = await call('nodes.scan', { folder })
    useScan.setState({ found, load: readyNow(), tookMs: performance.now() - startedMs })
  } catch (error) {
    useScan.setState((state) => ({ found: [], load: failedFrom(state.load, error) }))
  }
}

/** Adds nodes to the workspace; the host starts the engine anew with them. */
export async function addNodes(nodes: readonly NewNode[]): Promise<void> {
  await call('nodes.add', {
    nodes: nodes.map(({ id, sqlite, table, timestampColumn, site, labels }) => ({
      id,
      sqlite,
      ...(table === undefined ? {} : { table }),
      ...(timestampColumn === undefined ? {} : { timestampColumn }),
      ...(site === undefined ? {} : { site }),
      ...(labels === undefined ? {} : { labels: { ...labels } }),
    })),
  })
  useScan.setState({ found: [], tookMs: undefined, load: IDLE })
  await loadNodes()
}

/** Takes a node out of the workspace; its database and its objects stay. */
export async function removeNode(nodeId: string): Promise<void> {
  await call('nodes.remove', { nodeId })
  await loadNodes()
}
