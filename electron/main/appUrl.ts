/** The origin of everything the window shows. A scheme of our own, so that no file of the disk is ever a page. */
export const APP_SCHEME = 'app'
export const APP_HOST = 'fieldgate'
export const APP_ORIGIN = `${APP_SCHEME}://${APP_HOST}`

export const SCREENS = [
  'fleet',
  'pipelines',
  'buckets',
  'proof',
  'activity',
  'simulator',
  'settings',
  'recovery',
] as const
export type ScreenName = (typeof SCREENS)[number]
/** A screen, or one node. */
export type Place = ScreenName | { readonly nodeId: string }

/** Whether a URL is a page of the window. Parsed, never compared as text: `app://fieldgate.evil/` is not. */
export function isAppUrl(url: string): boolean {
  const parsed = parseUrl(url)
  return parsed !== undefined && parsed.protocol === `${APP_SCHEME}:` && parsed.host === APP_HOST
}

/** The address of a place in the window. */
export function placeUrl(place: Place): string {
  return `${APP_ORIGIN}/index.html#${placeHash(place)}`
}

/** The part of a place's address after `#`. */
export function placeHash(place: Place): string {
  return typeof place === 'string' ? `/${place}` : `/node/${encodeURIComponent(place.nodeId)}`
}

export const LINK_SCHEME = 'fieldgate'

/** The node a deep link `fieldgate://node/<id>` names, undefined for anything else. The id is data: only the window looks it up. */
export function parseDeepLink(text: string): Place | undefined {
  const parsed = parseUrl(text)
  if (parsed?.protocol !== `${LINK_SCHEME}:` || parsed.host !== 'node') return undefined
  const path = parsed.pathname.replace(/^\/|\/$/g, '')
  if (path === '' || path.length > 256 || path.includes('/') || parsed.search !== '' || parsed.hash !== '')
    return undefined
  try {
    const nodeId = decodeURIComponent(path)
    // eslint-disable-next-line no-control-regex
    return /[\u0000-\u001f/\\]/.test(nodeId) ? undefined : { nodeId }
  } catch {
    return undefined
  }
}

/** The URL a text is, or undefined. */
export function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined
}
