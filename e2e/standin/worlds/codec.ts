export interface Codec {
  encode(value: unknown): string
  decode(text: string): unknown
}

/**
 * Text for anything structured clone carries, and back: dates, maps, sets, typed arrays, errors, cycles, -0 and NaN. Throws a
 * DataCloneError exactly where Electron's IPC would. Uses nothing outside itself: its source also runs in the page.
 */
export function createCodec(): Codec {
  type Reference = { readonly $: string; readonly v?: string; readonly i?: number }
  type Node = { readonly k: string; readonly [field: string]: unknown }

  const toBase64 = (bytes: Uint8Array): string => {
    let text = ''
    for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192))
    return btoa(text)
  }
  const fromBase64 = (text: string): Uint8Array<ArrayBuffer> =>
    Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
  const tagOf = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1)

  const encode = (value: unknown): string => {
    const nodes: (Node | null)[] = []
    const seen = new Map<object, number>()
    const visit = (item: unknown): unknown => {
      if (item === undefined) return { $: 'undefined' }
      if (typeof item === 'bigint') return { $: 'bigint', v: String(item) }
      if (typeof item === 'number' && Object.is(item, -0)) return { $: 'number', v: '-0' }
      if (typeof item === 'number' && !Number.isFinite(item)) return { $: 'number', v: String(item) }
      if (item === null || typeof item !== 'object') return item
      const known = seen.get(item)
      if (known !== undefined) return { $: 'node', i: known }
      const at = nodes.push(null) - 1
      seen.set(item, at)
      nodes[at] = describe(item)
      return { $: 'node', i: at }
    }
    const describe = (item: object): Node => {
      const tag = tagOf(item)
      if (Array.isArray(item)) {
        return {
          k: 'array',
          length: item.length,
          items: Object.keys(item).map((key) => [key, visit(item[Number(key)])]),
        }
      }
      if (ArrayBuffer.isView(item)) {
        const length = item instanceof DataView ? item.byteLength : (item as Uint8Array).length
        return { k: 'view', tag, buffer: visit(item.buffer), offset: item.byteOffset, length }
      }
      switch (tag) {
        case 'Date':
          return { k: 'date', ms: visit((item as Date).getTime()) }
        case 'RegExp':
          return { k: 'regexp', source: (item as RegExp).source, flags: (item as RegExp).flags }
        case 'Map':
          return { k: 'map', items: [...(item as Map<unknown, unknown>)].map(([key, one]) => [visit(key), visit(one)]) }
        case 'Set':
          return { k: 'set', items: [...(item as Set<unknown>)].map(visit) }
        case 'ArrayBuffer':
          return { k: 'buffer', bytes: toBase64(new Uint8Array(item as ArrayBuffer)) }
        case 'Error':
          return {
            k: 'error',
            name: (item as Error).name,
            message: (item as Error).message,
            stack: (item as Error).stack,
          }
        default:
          return { k: 'object', items: Object.entries(item).map(([key, one]) => [key, visit(one)]) }
      }
    }
    return JSON.stringify({ root: visit(structuredClone(value)), nodes })
  }

  const decode = (text: string): unknown => {
    const { root, nodes } = JSON.parse(text) as { root: unknown; nodes: Node[] }
    const made = new Map<number, unknown>()
    const revive = (item: unknown): unknown => {
      if (item === null || typeof item !== 'object') return item
      const reference = item as Reference
      if (reference.$ === 'undefined') return undefined
      if (reference.$ === 'bigint') return BigInt(reference.v ?? '0')
      if (reference.$ === 'number') return Number(reference.v)
      const at = reference.i ?? 0
      return made.has(at) ? made.get(at) : build(at, nodes[at] as Node)
    }
    const keep = <T>(at: number, value: T): T => {
      made.set(at, value)
      return value
    }
    const build = (at: number, node: Node): unknown => {
      const items = (node['items'] ?? []) as [unknown, unknown][]
      switch (node.k) {
        case 'array': {
          const array = keep<unknown[]>(at, [])
          array.length = node['length'] as number
          for (const [key, item] of items) array[Number(key)] = revive(item)
          return array
        }
        case 'date':
          return keep(at, new Date(revive(node['ms']) as number))
        case 'regexp':
          return keep(at, new RegExp(node['source'] as string, node['flags'] as string))
        case 'map': {
          const map = keep(at, new Map<unknown, unknown>())
          for (const [key, item] of items) map.set(revive(key), revive(item))
          return map
        }
        case 'set': {
          const set = keep(at, new Set<unknown>())
          for (const item of items) set.add(revive(item))
          return set
        }
        case 'buffer':
          return keep(at, fromBase64(node['bytes'] as string).buffer)
        case 'view': {
          type View = new (buffer: unknown, offset: unknown, length: unknown) => unknown
          const View = (globalThis as unknown as Record<string, View>)[node['tag'] as string] as View
          return keep(at, new View(revive(node['buffer']), node['offset'], node['length']))
        }
        case 'error': {
          const error = keep(at, new Error(node['message'] as string))
          error.name = node['name'] as string
          error.stack = node['stack'] as string
          return error
        }
        default: {
          const object = keep<Record<string, unknown>>(at, {})
          for (const [key, item] of items) {
            // As structured clone does: a key named __proto__ is a key, not the prototype.
            const one = { value: revive(item), writable: true, enumerable: true, configurable: true }
            Object.defineProperty(object, key as string, one)
          }
          return object
        }
      }
    }
    return revive(root)
  }
  return { encode, decode }
}
