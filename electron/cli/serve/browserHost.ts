import { join } from 'node:path'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import type { RecoveryView } from '../../../shared/ipc/contract.ts'
import type { HostHandlers } from '../../core/host/callRouter.ts'
import type { Session } from '../../core/host/session.ts'

function noPicker(): never {
  throw new FieldgateError('unsupported', 'A browser cannot choose files of the machine that runs Fieldgate.', {
    hint: 'Type the path as it is on that machine.',
  })
}

/** What keeps the engine from running, for the window to show. Here it can only be tried again. */
function describe(session: Session): { readonly recovery?: RecoveryView } {
  const trouble = session.trouble()
  const config = session.config()
  if (trouble === undefined || config === undefined) return {}
  const { error, part, atMs } = trouble
  const file = part === 'ledger' ? join(config.stateDir, 'ledger.db') : (config.file ?? config.workspace)
  const { message, hint } = error
  return {
    recovery: { part, file, message, hint, atMs, setAside: undefined, snapshotAtMs: undefined, choices: ['retry'] },
  }
}

/** What the host answers behind `fieldgate serve`: a box without a display has no pickers and no keychain. */
export function browserHost(opening: Promise<Session>, platform: string, notices: readonly string[]): HostHandlers {
  return {
    'host.info': async () => ({
      kind: 'browser',
      platform,
      canPickFiles: false,
      canKeepSecrets: false,
      secretsNote:
        'Credentials entered here are kept in memory until "fieldgate serve" ends. For lasting ones use the environment, a profile or a role.',
      notices,
      ...describe(await opening),
    }),
    'host.pickFile': noPicker,
    'host.pickFolder': noPicker,
    'host.setCredentials': async ({ keep, ...credentials }) => {
      if (keep === 'keychain') {
        throw new FieldgateError('unsupported', '"fieldgate serve" has no keychain to keep credentials in.', {
          hint: 'Keep them for this session, or give them by environment, profile or role.',
        })
      }
      const { sessionToken, ...pair } = credentials
      const session = await opening
      await session.setCredentials({ kind: 'static', ...pair, ...(sessionToken === undefined ? {} : { sessionToken }) })
      return null
    },
    'host.clearCredentials': async () => {
      await (await opening).setCredentials(undefined)
      return null
    },
    'host.openWorkspace': () => {
      throw new FieldgateError('unsupported', 'Another workspace cannot be opened from a browser.', {
        hint: 'Start "fieldgate serve --workspace DIR" for it.',
      })
    },
    'host.setNotifications': () => {
      throw new FieldgateError('unsupported', '"fieldgate serve" shows no notifications.', {
        hint: 'Use the desktop app, or let a monitor run "fieldgate health".',
      })
    },
    'host.recover': async ({ choice }) => {
      if (choice !== 'retry') {
        throw new FieldgateError('unsupported', 'A browser can only try again.', {
          hint: 'Open the workspace in the desktop app, or mend the file named above and try again.',
        })
      }
      await (await opening).reload('a person asked to try again')
      return null
    },
  }
}
