/** `canonical` of JSON text. Throws on text that is no JSON. */
export function canonicalJson(text: string): string {
  return canonical(JSON.parse(text))
}

/**
 * Text that is equal for values that mean the same to AWS: keys sorted, undefined left out, no spaces, a list of one written as
 * its element.
 */
export function canonical(value: unknown): string {
  return JSON.stringify(sort(value)) ?? 'null'
}

function sort(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 1 ? sort(value[0]) : value.map(sort)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sort(inner)]),
  )
}
