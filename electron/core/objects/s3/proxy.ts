import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'

const MAX_SOCKETS = 50

/**
 * Agents that go through the proxy the environment names (HTTPS_PROXY, HTTP_PROXY, NO_PROXY, in either case); undefined when it
 * names none. Needed because the agents of the SDK know nothing of the environment. Proxies that want NTLM or Kerberos are beyond it.
 */
export function proxyAgents(
  env: Readonly<Record<string, string | undefined>>,
): { readonly httpAgent: HttpAgent; readonly httpsAgent: HttpsAgent } | undefined {
  const read = (name: string): string | undefined => {
    const value = env[name.toLowerCase()] ?? env[name]
    return value === '' ? undefined : value
  }
  const proxyEnv = { HTTP_PROXY: read('HTTP_PROXY'), HTTPS_PROXY: read('HTTPS_PROXY'), NO_PROXY: read('NO_PROXY') }
  if (proxyEnv.HTTP_PROXY === undefined && proxyEnv.HTTPS_PROXY === undefined) return undefined
  const options = { keepAlive: true, maxSockets: MAX_SOCKETS, proxyEnv }
  return { httpAgent: new HttpAgent(options), httpsAgent: new HttpsAgent(options) }
}
