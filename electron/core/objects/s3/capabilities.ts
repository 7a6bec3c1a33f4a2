import type { StoreConfig } from '../../../../shared/domain/settings.ts'

/**
 * What a store does with `If-None-Match: *` on a write. `enforced`: 412 if the key exists. `refused`: 501.
 * `ignored`: it overwrites. `unknown`: not probed yet, or the probe was not allowed.
 */
export type ConditionalWrites = 'enforced' | 'refused' | 'ignored' | 'unknown'

/** What is known of a store; refined by the probe and by what it answers. */
export interface Capabilities {
  conditionalWrites: ConditionalWrites
  /** `required`: default checksums upset the store; they are sent only where S3 demands them. */
  checksums: 'always' | 'required'
}

const PRESETS: readonly {
  readonly host: RegExp
  readonly conditionalWrites: ConditionalWrites
  readonly checksums: Capabilities['checksums']
}[] = [
  { host: /(^|\.)amazonaws\.com(\.cn)?$/, conditionalWrites: 'enforced', checksums: 'always' },
  { host: /\.r2\.cloudflarestorage\.com$/, conditionalWrites: 'enforced', checksums: 'always' },
  { host: /\.backblazeb2\.com$/, conditionalWrites: 'refused', checksums: 'always' },
  { host: /(^|\.)storage\.googleapis\.com$/, conditionalWrites: 'ignored', checksums: 'required' },
]

/**
 * What is known of a store before asking it: the embedded one and AWS enforce conditional writes; of others as their
 * makers document (Cloudflare R2 conditional operations; Backblaze answers 501; Google's interoperability mode ignores
 * the header and refuses default checksums). Anything else has to be probed.
 */
export function createCapabilities(config: StoreConfig): Capabilities {
  if (config.kind === 'embedded' || config.endpoint === undefined)
    return { conditionalWrites: 'enforced', checksums: 'always' }
  const host = URL.canParse(config.endpoint) ? new URL(config.endpoint).hostname : ''
  const preset = PRESETS.find((candidate) => candidate.host.test(host))
  return { conditionalWrites: preset?.conditionalWrites ?? 'unknown', checksums: preset?.checksums ?? 'always' }
}
