import { FieldgateError } from '../../../shared/domain/errors.ts'
import type { HostHandlers } from '../../core/host/callRouter.ts'
import type { RecoveryDesk } from '../../core/host/recoveryDesk.ts'
import type { Session } from '../../core/host/session.ts'

/** The workspace behind a served window, once it is open. */
export interface OpenedSession {
  readonly session: Session
  readonly desk: RecoveryDesk
}

function noPicker(): never {
  throw new FieldgateError('unsupported', 'A browser cannot choose files of the machine that runs Fieldgate.', {
    hint: 'Type the path as it is on that machine.',
  })
}

/** What the host answers behind `fieldgate serve`: a box without a display has no pickers and no keychain. */
export function browserHost(
  opening: Promise<OpenedSession>,
  platform: string,
  notices: readonly string[],
): HostHandlers {
  return {
    'host.info': async () => {
      const recovery = (await opening).desk.recovery()
      return {
        kind: 'browser',
        platform,
        canPickFiles: false,
        canKeepSecrets: false,
        secretsNote:
          'Credentials entered here are kept in memory until "fieldgate serve" ends. For lasting ones use the environment, a profile or a role.',
        notices,
        ...(recovery === undefined ? {} : { recovery }),
      }
    },
    'host.pickFile': noPicker,
    'host.pickFolder': noPicker,
    'host.setCredentials': async ({ keep, ...credentials }) => {
      if (keep === 'keychain') {
        throw new FieldgateError('unsupported', '"fieldgate serve" has no keychain to keep credentials in.', {
          hint: 'Keep them for this session, or give them by environment, profile or role.',
        })
      }
      const { sessionToken, ...pair } = credentials
      const { session } = await opening
      await session.setCredentials({ kind: 'static', ...pair, ...(sessionToken === undefined ? {} : { sessionToken }) })
      return null
    },
    'host.clearCredentials': async () => {
      await (await opening).session.setCredentials(undefined)
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
      await (await opening).desk.recover(choice)
      return null
    },
  }
}
