/** A seeded source of randomness: the same seed gives the same sequence on every machine. */
export interface Rng {
  /** Uniform in [0, 1). */
  next(): number
  /** Uniform integer in [min, max]. */
  int(min: number, max: number): number
  /** Normal with the given mean and standard deviation. */
  gauss(mean: number, stdDev: number): number
  pick<T>(items: readonly T[]): T
  /** An independent generator derived from this one's seed and the name; consuming one never shifts the other. */
  fork(name: string): Rng
}

/** xmur3: a 32-bit hash of text, used to turn names into seeds (public domain, bryc). */
export function hashSeed(text: string): number {
  let h = 1779033703 ^ text.length
  for (let i = 0; i < text.length; i++) {
    h = Math.imul(h ^ text.charCodeAt(i), 3432918353)
    h = (h << 13) | (h >>> 19)
  }
  h = Math.imul(h ^ (h >>> 16), 2246822507)
  h = Math.imul(h ^ (h >>> 13), 3266489909)
  return (h ^ (h >>> 16)) >>> 0
}

/** A generator from a number or text seed. Algorithm: sfc32 (Chris Doty-Humphrey, public domain), warmed up 12 rounds. */
export function createRng(seed: number | string): Rng {
  const name = String(seed)
  let a = hashSeed(`${name}:a`)
  let b = hashSeed(`${name}:b`)
  let c = hashSeed(`${name}:c`)
  let d = 1
  const next = (): number => {
    const t = (((a + b) | 0) + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + t
    return (t >>> 0) / 4294967296
  }
  for (let i = 0; i < 12; i++) next()
  return {
    next,
    int: (min, max) => min + Math.floor(next() * (max - min + 1)),
    gauss: (mean, stdDev) => mean + stdDev * Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    pick: (items) => items[Math.floor(next() * items.length)] as (typeof items)[number],
    fork: (child) => createRng(`${name}/${child}`),
  }
}
