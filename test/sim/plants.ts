import type { Plant } from './world.ts'

/** Bugs that are put in on purpose, to see that the simulation finds them. */
export const PLANTS = {
  /** Reads a claim without its last row. */
  dropsLastRow: {
    encoder: (real) => ({
      ...real,
      encode: (request, signal) =>
        real.encode(request.toSeq > request.fromSeq ? { ...request, toSeq: request.toSeq - 1 } : request, signal),
    }),
  },
  /** Says it has stored an object that it has dropped, now and then. */
  forgetsObjects: {
    store: (real) => {
      let puts = 0
      return Object.assign(Object.create(real) as typeof real, {
        putIfAbsent: async (put: Parameters<typeof real.putIfAbsent>[0]) =>
          ++puts % 3 === 0 ? ({ kind: 'created', etag: 'lost' } as const) : real.putIfAbsent(put),
      })
    },
  },
  /** Puts a row of the claim before into this one as well. */
  repeatsRows: {
    encoder: (real) => ({
      ...real,
      encode: (request, signal) =>
        real.encode(request.fromSeq > 3 ? { ...request, fromSeq: request.fromSeq - 1 } : request, signal),
    }),
  },
} as const satisfies Readonly<Record<string, Plant>>

/** The bug that the environment asks for, if any. Throws for one that is not known. */
export function plantOf(name: string | undefined): Plant | undefined {
  if (name === undefined || name === '') return undefined
  const plant = (PLANTS as Readonly<Record<string, Plant>>)[name]
  if (plant === undefined) throw new Error(`No bug is called "${name}". There are ${Object.keys(PLANTS).join(', ')}.`)
  return plant
}
