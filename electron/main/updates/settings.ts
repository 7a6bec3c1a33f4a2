import { readFileSync } from 'node:fs'
import type { KeyObject } from 'node:crypto'
import { z } from 'zod'
import { CHANNELS, readPublicKey } from './signedUpdate.ts'
import type { Channel } from './signedUpdate.ts'

const schema = z.strictObject({
  /** Folder of a generic feed of electron-updater, https. */
  feed: z.url({ protocol: /^https$/ }).optional(),
  channel: z.enum(CHANNELS).default('stable'),
  /** Ed25519 keys, 32 bytes each in base64, of those who may sign updates on a stick. */
  publicKeys: z.array(z.string()).max(10).default([]),
})

export interface UpdateSettings {
  /** Undefined: nothing is ever asked over the network. */
  readonly feed: string | undefined
  readonly channel: Channel
  readonly keys: readonly KeyObject[]
}

const OFF: UpdateSettings = { feed: undefined, channel: 'stable', keys: [] }

/** Updates as updates.json of this machine sets them. Off when there is none; off, with the reason, when it cannot be understood. */
export function readUpdateSettings(path: string): { readonly settings: UpdateSettings; readonly problem?: string } {
  const text = readIfThere(path)
  if (text === undefined) return { settings: OFF }
  const parsed = schema.safeParse(parseJson(text))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const place = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')}: `
    return { settings: OFF, problem: `${path}: ${place}${issue?.message ?? 'not valid'}. Updates are off.` }
  }
  const { feed, channel, publicKeys } = parsed.data
  const keys = publicKeys.map(readPublicKey)
  const bad = keys.indexOf(undefined)
  if (bad >= 0) {
    return { settings: OFF, problem: `${path}: publicKeys.${bad}: not 32 bytes in base64. Updates are off.` }
  }
  return { settings: { feed, channel, keys: keys.filter((key) => key !== undefined) } }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
