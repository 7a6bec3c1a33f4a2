import { useSyncExternalStore } from 'react'

/** Where the window is: `#/node/midland-04?from=1` is screen `node`, parts `['midland-04']`, query `from=1`. */
export interface Route {
  readonly screen: string
  readonly parts: readonly string[]
  readonly query: URLSearchParams
}

const HOME: Route = { screen: 'fleet', parts: [], query: new URLSearchParams() }
let cached: { readonly hash: string; readonly route: Route } | undefined

/** The route a fragment names; anything that is no route is the fleet. */
export function parseRoute(hash: string): Route {
  if (!hash.startsWith('#/')) return HOME
  const [path = '', query = ''] = hash.slice(2).split('?')
  const [screen = '', ...parts] = path.split('/').filter(Boolean).map(decodePart)
  if (screen === '') return HOME
  return { screen, parts, query: new URLSearchParams(query) }
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** The fragment of a place: `href('node', 'midland-04')` is `#/node/midland-04`. */
export function href(screen: string, ...parts: readonly string[]): string {
  return `#/${[screen, ...parts].map(encodeURIComponent).join('/')}`
}

export function navigate(screen: string, ...parts: readonly string[]): void {
  window.location.hash = href(screen, ...parts)
}

/** Goes to a screen named by data such as `settings/store` or `node/midland-04?tab=doctor`. */
export function navigateTo(place: string): void {
  window.location.hash = `#/${place.replace(/^[#/]+/, '')}`
}

function currentRoute(): Route {
  const { hash } = window.location
  if (cached?.hash !== hash) cached = { hash, route: parseRoute(hash) }
  return cached.route
}

/** The present route; renders again when it changes. */
export function useRoute(): Route {
  return useSyncExternalStore((listener) => {
    window.addEventListener('hashchange', listener)
    return () => window.removeEventListener('hashchange', listener)
  }, currentRoute)
}
