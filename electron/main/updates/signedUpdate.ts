import { createPublicKey, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { z } from 'zod'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import { compareVersions, isPrerelease, isVersion } from './version.ts'

/** The two files that make a folder an update: what is in it, and a signature over exactly those bytes. */
export const MANIFEST_NAME = 'fieldgate-update.json'
export const SIGNATURE_NAME = 'fieldgate-update.json.sig'

export const CHANNELS = ['stable', 'beta'] as const
export type Channel = (typeof CHANNELS)[number]

const fileSchema = z.strictObject({
  platform: z.enum(['linux', 'win32', 'darwin']),
  arch: z.enum(['x64', 'arm64']),
  kind: z.enum(['AppImage', 'deb', 'rpm', 'nsis', 'dmg']),
  /** A plain name: the file lies beside the manifest. */
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/),
  bytes: z.int().positive(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
})

const manifestSchema = z.strictObject({
  format: z.literal(1),
  name: z.literal('fieldgate'),
  version: z.string().refine(isVersion),
  notes: z.string().max(20_000),
  files: z.array(fileSchema).min(1).max(50),
})

export type UpdateFile = z.infer<typeof fileSchema>
export type UpdateManifest = z.infer<typeof manifestSchema>

/** What an update is measured against: what runs, where, and whose signatures count. */
export interface UpdateTarget {
  readonly version: string
  readonly platform: string
  readonly arch: string
  /** How this Fieldgate was installed; another kind of package would make a second installation. */
  readonly kind: UpdateFile['kind']
  readonly channel: Channel
  readonly keys: readonly KeyObject[]
}

/**
 * The update that a manifest holds for this machine. Throws `denied` when nobody trusted signed exactly these bytes (before anything in
 * them is looked at), `corrupt` when they are no manifest, `conflict` when the version is not newer or not of this channel, `unsupported`
 * when there is no file for this machine.
 */
export function acceptUpdate(
  manifestBytes: Uint8Array,
  signature: Uint8Array,
  target: UpdateTarget,
): { readonly manifest: UpdateManifest; readonly file: UpdateFile } {
  checkSignature(manifestBytes, signature, target.keys)
  const manifest = parseManifest(manifestBytes)
  const { version } = manifest
  const order = compareVersions(version, target.version)
  if (order === 0) throw refused('conflict', `Fieldgate ${version} is what runs already.`, 'Nothing needs to be done.')
  if (order < 0) {
    throw refused(
      'conflict',
      `The update holds Fieldgate ${version}, which is older than the ${target.version} that runs.`,
      `To go back on purpose, install ${version} by hand: docs/packaging.md, "Going back".`,
    )
  }
  if (target.channel === 'stable' && isPrerelease(version)) {
    throw refused(
      'conflict',
      `Fieldgate ${version} is for testers, and this machine takes finished versions only.`,
      'Set "channel": "beta" in updates.json to take it.',
    )
  }
  const file = manifest.files.find(
    (candidate) =>
      candidate.platform === target.platform && candidate.arch === target.arch && candidate.kind === target.kind,
  )
  if (file === undefined) {
    throw refused(
      'unsupported',
      `The update has no ${target.kind} for ${target.platform} ${target.arch}.`,
      `It has: ${manifest.files.map((candidate) => candidate.name).join(', ')}.`,
    )
  }
  return { manifest, file }
}

function checkSignature(bytes: Uint8Array, signature: Uint8Array, keys: readonly KeyObject[]): void {
  if (keys.length === 0) {
    throw refused(
      'denied',
      'This machine trusts no signer of updates.',
      'Put the public key of your distributor into "publicKeys" of updates.json.',
    )
  }
  const isSigned = signature.length === 64 && keys.some((key) => verify(null, bytes, key, signature))
  if (isSigned) return
  throw refused(
    'denied',
    'The update is not signed by anyone this machine trusts, or was changed after it was signed.',
    'Copy it again from where it was published; when that does not help, do not install it.',
  )
}

function parseManifest(bytes: Uint8Array): UpdateManifest {
  try {
    return manifestSchema.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)))
  } catch (error) {
    throw new FieldgateError('corrupt', 'The description of the update is signed, but this version cannot read it.', {
      hint: 'It was made for a newer Fieldgate: install a version in between by hand.',
      cause: error,
    })
  }
}

function refused(code: 'denied' | 'conflict' | 'unsupported', message: string, hint: string): FieldgateError {
  return new FieldgateError(code, message, { hint })
}

/** A trusted key from its 32 bytes in base64, as updates.json holds it; undefined when it is none. */
export function readPublicKey(text: string): KeyObject | undefined {
  const raw = Buffer.from(text, 'base64')
  if (raw.length !== 32 || raw.toString('base64') !== text) return undefined
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') }, format: 'jwk' })
}
