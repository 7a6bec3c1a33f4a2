const KEY = 'fieldgate.token'

/**
 * The access token of `fieldgate serve`. It arrives in the fragment of the page's address (`#token=…`), is kept for this
 * tab only, and is taken out of the address at once, so that it lands in no history and no screenshot.
 */
export function takeToken(page: Pick<Window, 'location' | 'history' | 'sessionStorage'>): string | undefined {
  const match = /^#token=([^&]+)(?:&(.*))?$/.exec(page.location.hash)
  if (match?.[1] !== undefined) {
    page.sessionStorage.setItem(KEY, decodeURIComponent(match[1]))
    const rest = match[2]
    page.history.replaceState(null, '', `${page.location.pathname}${rest === undefined ? '' : `#${rest}`}`)
  }
  return page.sessionStorage.getItem(KEY) ?? undefined
}
