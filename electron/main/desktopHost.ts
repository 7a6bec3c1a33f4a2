import { statSync } from 'node:fs'
import { FieldgateError } from '../../shared/domain/errors.ts'
import type { HostHandlers } from '../core/host/callRouter.ts'
import type { SessionCredentials } from '../core/host/session.ts'
import type { NotificationSettings } from './news.ts'
import type { Vault } from './secrets.ts'
import type { Workspace } from './workspace.ts'

/** What the desktop does for a person at the machine; dialogs come in by argument. */
export interface DesktopDialogs {
  pickFile(title: string): Promise<string | null>
  pickFolder(title: string): Promise<string | null>
}

export interface DesktopHostOptions {
  readonly workspace: Workspace
  readonly vault: Vault
  readonly dialogs: DesktopDialogs
  readonly platform: string
  readonly notifications: NotificationSettings
  /** Called after another workspace is open. */
  readonly onOpened: (folder: string | null) => void
}

/** The host methods of the desktop app. Credentials go in here and never come out. */
export function desktopHost(options: DesktopHostOptions): HostHandlers {
  const { workspace, vault, dialogs, platform, notifications, onOpened } = options
  return {
    'host.info': async () => {
      await workspace.session()
      const { canKeep, note } = await vault.verdict()
      const recovery = workspace.recovery()
      const chosen = notifications.read()
      return {
        kind: 'desktop',
        platform,
        canPickFiles: true,
        canKeepSecrets: canKeep,
        secretsNote: note,
        notices: workspace.notices(),
        ...(chosen === undefined ? {} : { notifications: chosen }),
        ...(recovery === undefined ? {} : { recovery }),
      }
    },
    'host.pickFile': ({ title }) => dialogs.pickFile(title),
    'host.pickFolder': ({ title }) => dialogs.pickFolder(title),
    'host.setCredentials': async ({ keep, sessionToken, ...pair }) => {
      const credentials: SessionCredentials = {
        kind: 'static',
        ...pair,
        ...(sessionToken === undefined ? {} : { sessionToken }),
      }
      const folder = workspace.folder()
      if (keep === 'keychain') {
        if (folder === undefined) throw new FieldgateError('unsupported', 'A demo keeps no credentials.')
        await vault.keep(folder, credentials)
      }
      await (await workspace.session()).setCredentials(credentials)
      return null
    },
    'host.clearCredentials': async () => {
      const folder = workspace.folder()
      if (folder !== undefined) await vault.forget(folder)
      await (await workspace.session()).setCredentials(undefined)
      return null
    },
    'host.openWorkspace': async ({ folder }) => {
      if (folder !== null && !isFolder(folder)) {
        throw new FieldgateError('notFound', `There is no folder ${folder}.`, { hint: 'Choose an existing folder.' })
      }
      await workspace.open(folder)
      onOpened(folder)
      return null
    },
    'host.setNotifications': (choices) => {
      if (notifications.read() === undefined)
        throw new FieldgateError('unsupported', 'This system shows no notifications.')
      notifications.write(choices)
      return null
    },
    'host.recover': async ({ choice }) => {
      await workspace.recover(choice)
      return null
    },
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}
