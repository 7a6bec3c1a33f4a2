/** What engines, promises and loggers ask of any object; asking for it is not a use of Electron. */
const ALWAYS_ASKED: ReadonlySet<string> = new Set([
  'then',
  'toJSON',
  '__esModule',
  'constructor',
  'inspect',
  'nodeType',
])

/** The same object, but reading a member it does not have throws: what the stand-in lacks is loud, never undefined. */
export function strict<T extends object>(name: string, target: T): T {
  return new Proxy(target, {
    get(object, key, receiver) {
      if (key in object || typeof key === 'symbol' || ALWAYS_ASKED.has(key)) {
        return Reflect.get(object, key, receiver) as unknown
      }
      throw new Error(`The Electron stand-in does not have ${name}.${key}.`)
    },
  })
}
