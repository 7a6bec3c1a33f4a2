import { chmod, copyFile, rename, rm } from 'node:fs/promises'
import type { Execution } from '../../../shared/domain/execution.ts'
import type { Clock } from '../../core/support/clock.ts'
import type { UpdateFile } from './signedUpdate.ts'
import type { StagedUpdate } from './stick.ts'

/** What installing means for a kind of package. */
export type InstallStep =
  /** The system's own installer asks the person and does the rest. */
  | { readonly do: 'open'; readonly path: string }
  /** The installer runs by itself after the app has ended. */
  | { readonly do: 'run'; readonly path: string; readonly args: readonly string[] }
  /** The file that this app was started from is exchanged. */
  | { readonly do: 'replace'; readonly path: string; readonly target: string }

/** How this Fieldgate was installed, told by where it runs from. `appImage` is the environment's APPIMAGE. */
export function installedKind(platform: string, appImage: string | undefined, hasRpm: boolean): UpdateFile['kind'] {
  if (platform === 'win32') return 'nsis'
  if (platform === 'darwin') return 'dmg'
  if (appImage !== undefined && appImage !== '') return 'AppImage'
  return hasRpm ? 'rpm' : 'deb'
}

/** The step that installs a staged update. */
export function planInstall({ file, path }: StagedUpdate, appImage: string | undefined): InstallStep {
  switch (file.kind) {
    case 'AppImage':
      return appImage === undefined ? { do: 'open', path } : { do: 'replace', path, target: appImage }
    case 'nsis':
      return { do: 'run', path, args: ['--updated', '/S', '--force-run'] }
    case 'deb':
    case 'rpm':
    case 'dmg':
      return { do: 'open', path }
  }
}

/** Where `replaceFile` keeps what was there before. */
export function previousOf(target: string): string {
  return `${target}.previous`
}

/** Exchanges an executable by renaming, so that there is a whole one at every moment; the old one stays beside it, to go back to. */
export async function replaceFile(path: string, target: string): Promise<void> {
  const fresh = `${target}.new`
  try {
    // The staging folder may lie on another disk, where a rename does not reach.
    await copyFile(path, fresh)
    await chmod(fresh, 0o755)
    await rm(previousOf(target), { force: true })
    await copyFile(target, previousOf(target))
    await rename(fresh, target)
  } catch (error) {
    await rm(fresh, { force: true })
    throw error
  }
}

const ASK_EVERY_MS = 1000

/** Executions that an update must wait for: claimed rows that are not yet acknowledged. */
export function underWay(executions: readonly Execution[]): readonly Execution[] {
  return executions.filter(({ state }) => state === 'claimed' || state === 'encoded')
}

/**
 * Resolves to true when no upload is under way, false when the signal aborts first. `onWait` hears the number of uploads each time
 * there are some. An engine that cannot be asked counts as one that uploads: an update never guesses.
 */
export async function waitUntilIdle(
  executions: () => Promise<readonly Execution[]>,
  clock: Clock,
  signal: AbortSignal,
  onWait: (uploads: number) => void,
): Promise<boolean> {
  while (!signal.aborted) {
    const found = await executions().catch(() => undefined)
    if (signal.aborted) return false
    if (found !== undefined && underWay(found).length === 0) return true
    onWait(found === undefined ? 0 : underWay(found).length)
    await clock.sleep(ASK_EVERY_MS, signal)
  }
  return false
}
