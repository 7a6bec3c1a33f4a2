import { isAppUrl, parseUrl } from './appUrl.ts'

/** Pages that may be opened in the person's own browser; nothing else leaves the app. */
const EXTERNAL_HOSTS: ReadonlySet<string> = new Set(['docs.databricks.com', 'docs.aws.amazon.com', 'docs.bacalhau.org'])

/** Whether the window may go to a URL by itself: only within its own pages. */
export function mayNavigate(url: string): boolean {
  return isAppUrl(url)
}

/** Whether a link may be handed to the system browser: https, a host of the list, no user name in it, the usual port. */
export function mayOpenOutside(url: string): boolean {
  const parsed = parseUrl(url)
  return (
    parsed !== undefined &&
    parsed.protocol === 'https:' &&
    parsed.username === '' &&
    parsed.password === '' &&
    parsed.port === '' &&
    EXTERNAL_HOSTS.has(parsed.hostname)
  )
}

/** What becomes of `window.open` and target=_blank: never a window of ours. */
export function decideWindowOpen(url: string): { readonly action: 'deny'; readonly openOutside: boolean } {
  return { action: 'deny', openOutside: mayOpenOutside(url) }
}

/** Web permissions the window has: writing to the clipboard for its Copy buttons, from its own pages. Everything else is refused. */
export function mayHavePermission(permission: string, url: string): boolean {
  return permission === 'clipboard-sanitized-write' && isAppUrl(url)
}

/** The frame a message came from, as Electron describes it; null once the frame is gone. */
export interface SenderFrame {
  readonly url: string
  readonly parent: unknown
}

/** Whether a message may be answered: only from the top frame of one of our pages. */
export function isTrustedSender(frame: SenderFrame | null): boolean {
  return frame !== null && frame.parent === null && isAppUrl(frame.url)
}
