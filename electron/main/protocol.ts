import { protocol, session } from 'electron'
import { securityHeaders } from '../core/host/contentSecurity.ts'
import { readStaticFile } from '../core/host/staticFiles.ts'
import { APP_SCHEME } from './appUrl.ts'
import { decideRequest } from './requests.ts'
import { mayHavePermission } from './guards.ts'
import { APP_SCHEME_PRIVILEGES } from './webPreferences.ts'

/** Registers the app's scheme. Must run before the app is ready. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: APP_SCHEME, privileges: APP_SCHEME_PRIVILEGES }])
}

/** Answers the app's scheme from the folder of the built window, every response under the content security policy. */
export function serveAppScheme(rendererFolder: string): void {
  protocol.handle(APP_SCHEME, async (request) => {
    const path = decideRequest(request.method, request.url)
    const file = await readStaticFile(rendererFolder, path ?? '/..')
    return new Response(file.body, { status: file.status, headers: { ...file.headers, ...securityHeaders() } })
  })
}

/** Refuses every web permission that the window does not need; Electron would grant them. */
export function refusePermissions(): void {
  session.defaultSession.setPermissionRequestHandler((contents, permission, callback, details) =>
    callback(mayHavePermission(permission, details.requestingUrl === '' ? contents.getURL() : details.requestingUrl)),
  )
  session.defaultSession.setPermissionCheckHandler((_contents, permission, origin) =>
    mayHavePermission(permission, origin),
  )
}
