import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { EngineConfig } from '../../../shared/domain/settings.ts'
import { loadConfig } from '../config/loadConfig.ts'

/** A demo workspace that a host opened. */
export interface DemoWorkspace {
  readonly folder: string
  readonly loadConfig: () => EngineConfig
  readonly notices: readonly string[]
  /** Removes the folder; after the engine has stopped. */
  readonly dispose: () => Promise<void>
}

/** Makes a demo workspace in a new folder under `parent`: seeded, offline, uploading to the embedded store. */
export async function openDemoWorkspace(parent: string): Promise<DemoWorkspace> {
  const folder = await mkdtemp(join(parent, 'fieldgate-demo-'))
  await writeFile(join(folder, 'fieldgate.yaml'), 'nodes: []\n')
  return {
    folder,
    loadConfig: () => loadConfig({ workspace: folder, env: {}, cwd: folder }).config,
    notices: [],
    dispose: () => rm(folder, { recursive: true, force: true, maxRetries: 3 }),
  }
}
