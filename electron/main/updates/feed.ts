import { errorToData } from '../../../shared/domain/errors.ts'
import type { Log } from '../../core/support/log.ts'
import type { Channel } from './signedUpdate.ts'

export interface FeedPorts {
  /** Shows a question; resolves to the number of the button. */
  readonly ask: (message: string, detail: string, buttons: readonly string[]) => Promise<number>
  /** Resolves to true when no upload is under way. */
  readonly idle: () => Promise<boolean>
  readonly log: Log
}

/**
 * Asks a generic feed of electron-updater for a newer version, and downloads and installs it where the person agrees to each. The
 * updater is loaded here and not before: a machine without a feed never runs a line of it.
 */
export async function checkFeed(feed: string, channel: Channel, { ask, idle, log }: FeedPorts): Promise<void> {
  const { autoUpdater } = await import('electron-updater')
  autoUpdater.logger = {
    info: (message) => log.info(String(message)),
    warn: (message) => log.warn(String(message)),
    error: (message) => log.error('The updater failed.', { cause: errorToData(message).message }),
  }
  autoUpdater.autoDownload = false
  autoUpdater.autoInstallOnAppQuit = false
  autoUpdater.channel = channel === 'beta' ? 'beta' : 'latest'
  // Naming a channel lets electron-updater go back to older versions: never by itself.
  autoUpdater.allowDowngrade = false
  autoUpdater.setFeedURL({ provider: 'generic', url: feed })
  const found = await autoUpdater.checkForUpdates()
  if (found?.isUpdateAvailable !== true) {
    await ask('Fieldgate is up to date', `The feed offers nothing newer than ${autoUpdater.currentVersion.version}.`, [
      'Close',
    ])
    return
  }
  const { version } = found.updateInfo
  if ((await ask(`Download Fieldgate ${version}?`, 'Uploads go on meanwhile.', ['Download', 'Not now'])) !== 0) return
  await autoUpdater.downloadUpdate()
  const detail = 'It starts again by itself. Uploads that are under way finish first.'
  if ((await ask(`Install Fieldgate ${version} now?`, detail, ['Install', 'Not now'])) !== 0) return
  if (await idle()) autoUpdater.quitAndInstall(false, true)
}
