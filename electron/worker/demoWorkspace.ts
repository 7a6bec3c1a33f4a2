import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { EngineConfig } from '../../shared/domain/settings.ts'
import { loadConfig } from '../core/config/loadConfig.ts'
import { createDemoWorkspace } from '../core/demo/workspace.ts'
import { isAlive } from './processes.ts'
import { spawnSimulator } from './spawnSimulator.ts'

/** A demo workspace that a host opened. */
export interface DemoWorkspace {
  readonly folder: string
  readonly loadConfig: () => EngineConfig
  readonly notices: readonly string[]
  /** Removes the folder; after the engine has stopped. */
  readonly dispose: () => Promise<void>
}

const PREFIX = 'fieldgate-demo-'

/** Makes a demo workspace in a new folder under `parent`: seeded, with a day of history, offline, uploading to the embedded store. */
export async function openDemoWorkspace(parent: string): Promise<DemoWorkspace> {
  await removeAbandoned(parent)
  const folder = await mkdtemp(join(parent, `${PREFIX}${process.pid}-`))
  const dispose = (): Promise<void> => rm(folder, { recursive: true, force: true, maxRetries: 3 })
  try {
    await createDemoWorkspace({ folder, spawnSimulator: () => spawnSimulator() })
  } catch (error) {
    await dispose()
    throw error
  }
  return {
    folder,
    // A demo is the same everywhere: nothing of this machine's environment comes into it.
    loadConfig: () => loadConfig({ workspace: folder, env: {}, cwd: folder }).config,
    notices: [],
    dispose,
  }
}

/** Demo workspaces of processes that are gone: their power was cut before they could tidy up. */
async function removeAbandoned(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const pid = name.startsWith(PREFIX) ? Number(/^\d+(?=-)/.exec(name.slice(PREFIX.length))?.[0]) : Number.NaN
    if (!Number.isInteger(pid) || isAlive(pid)) continue
    // Another user's, or gone already: not this one's business.
    await rm(join(parent, name), { recursive: true, force: true }).catch(() => undefined)
  }
}
