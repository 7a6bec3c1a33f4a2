/** States of a status mark; each has its own shape, so colour is never the only signal. */
export const LAMP_STATES = ['ok', 'warn', 'bad', 'off', 'hold', 'none'] as const
export type LampState = (typeof LAMP_STATES)[number]

/**
 * One lamp: its shape and, for values that age, the instant it counts from. `word` replaces the age where an age
 * would say less ("stalled", "unknown"); with both, the word comes first ("no link 14 min").
 */
export interface Lamp {
  readonly state: LampState
  readonly sinceMs: number | undefined
  readonly word: string | undefined
}

/** Always in this order: does it answer, does its database grow, how old is the newest row readable in the bucket. */
export interface NodeLamps {
  readonly reach: Lamp
  readonly collect: Lamp
  readonly deliver: Lamp
}

/** When a backlog will be gone. Always an answer: a time, a wait for something, or why it will not. */
export type DrainForecast =
  | { readonly kind: 'none' }
  | { readonly kind: 'keepingUp' }
  | { readonly kind: 'at'; readonly atMs: number }
  /** `ms` after the way to the store is back; undefined where nothing was ever delivered to tell how fast. */
  | { readonly kind: 'afterLink'; readonly ms: number | undefined }
  | { readonly kind: 'stalled' }
  | { readonly kind: 'paused' }
  | { readonly kind: 'growing' }
  /** The node was not watched long enough for a rate. */
  | { readonly kind: 'unknown' }
