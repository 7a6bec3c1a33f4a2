import { strict } from '../strict.ts'
import type { Runtime } from '../runtime.ts'

type Handler = (request: Request) => Response | Promise<Response>

/** Custom schemes live under a host name of their own in Chromium; nothing resolves it, every request is answered here. */
const SUFFIX = '.standin.localhost'

export interface Schemes {
  readonly protocol: {
    registerSchemesAsPrivileged(schemes: readonly { readonly scheme: string }[]): void
    handle(scheme: string, handler: Handler): void
  }
  /** `app://fieldgate/x` as Chromium gets it, and back. */
  toHttp(url: string): string
  fromHttp(url: string): string
  handlerOf(httpUrl: string): Handler | undefined
  isOurs(httpUrl: string): boolean
}

export function createSchemes(runtime: Pick<Runtime, 'isReady'>): Schemes {
  const registered = new Set<string>()
  const handlers = new Map<string, Handler>()
  const schemeOf = (httpUrl: string): string | undefined => {
    const { hostname } = new URL(httpUrl)
    return hostname.endsWith(SUFFIX) ? hostname.slice(0, -SUFFIX.length).split('.').at(-1) : undefined
  }
  return {
    protocol: strict('protocol', {
      registerSchemesAsPrivileged(schemes) {
        if (runtime.isReady()) {
          throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready')
        }
        for (const { scheme } of schemes) registered.add(scheme)
      },
      handle(scheme, handler) {
        if (handlers.has(scheme)) throw new Error('The scheme has been registered')
        handlers.set(scheme, handler)
      },
    } satisfies Schemes['protocol']),
    toHttp(url) {
      const match = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(.*)$/i.exec(url)
      if (match?.[1] === undefined || !registered.has(match[1])) return url
      return `http://${(match[2] ?? '').toLowerCase()}.${match[1]}${SUFFIX}${match[3] === '' ? '/' : (match[3] ?? '/')}`
    },
    fromHttp(url) {
      const match = /^http:\/\/(.+)\.([^./]+)\.standin\.localhost(.*)$/.exec(url)
      return match === null ? url : `${match[2]}://${match[1]}${match[3]}`
    },
    handlerOf: (httpUrl) => handlers.get(schemeOf(httpUrl) ?? ''),
    isOurs: (httpUrl) => URL.canParse(httpUrl) && schemeOf(httpUrl) !== undefined,
  }
}
