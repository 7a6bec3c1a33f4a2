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
  /** Resolves once the databases are there. Throws what kept them from being made. */
  readonly loadConfig: () => Promise<EngineConfig>
  readonly notices: readonly string[]
  /** Removes the folder; after the engine has stopped. */
  readonly dispose: () => Promise<void>
}

const PREFIX = 'fieldgate-demo-'

/**
 * Begins a demo workspace in a new folder under `parent`: seeded, with a day of history, offline, uploading to the embedded
 * store. Resolves at once, so that a host can show its window meanwhile; `loadConfig` waits for the rest.
 */
export async function openDemoWorkspace(parent: string): Promise<DemoWorkspace> {
  await removeAbandoned(parent)
  const folder = await mkdtemp(join(parent, `${PREFIX}${process.pid}-`))
  const made = createDemoWorkspace({ folder, spawnSimulator: () => spawnSimulator() })
  // Whoever loads the configuration hears of a failure; until then it is nobody's.
  made.catch(() => undefined)
  return {
    folder,
    // A demo is the same everywhere: nothing of this machine's environment comes into it.
    loadConfig: async () => {
      await made
      return loadConfig({ workspace: folder, env: {}, cwd: folder }).config
    },
    notices: [],
    dispose: async () => {
      await made.catch(() => undefined)
      await rm(folder, { recursive: true, force: true, maxRetries: 3 })
    },
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
