import { isAppUrl } from './appUrl.ts'

/**
 * The path inside the window's folder that a request of the app's scheme asks for; undefined refuses it. The raw path is
 * taken, before URL folds `..` away, so that `readStaticFile` sees and refuses it.
 */
export function decideRequest(method: string, url: string): string | undefined {
  if (method !== 'GET' || !isAppUrl(url)) return undefined
  const path = /^[a-z]+:\/\/[^/?#]*([^?#]*)/i.exec(url)?.[1]
  return path === undefined || path === '' ? '/' : path
}
