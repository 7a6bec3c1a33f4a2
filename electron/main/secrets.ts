import { createHash } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { FieldgateError } from '../../shared/domain/errors.ts'
import type { SessionCredentials } from '../core/host/session.ts'
import { writeFileAtomic } from '../core/support/atomicFile.ts'

/** The part of Electron's safeStorage that is used: its asynchronous side. */
export interface Keychain {
  isAsyncEncryptionAvailable(): Promise<boolean>
  encryptStringAsync(text: string): Promise<Buffer>
  decryptStringAsync(bytes: Buffer): Promise<{ readonly result: string; readonly shouldReEncrypt: boolean }>
  getSelectedStorageBackend(): string
}

const schema = z.object({
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
  sessionToken: z.string().optional(),
})

/** Whether credentials can be kept on this machine, in words for a person. */
export interface KeychainVerdict {
  readonly canKeep: boolean
  readonly note: string
}

/**
 * Judges the system's keychain. On Linux without a password manager Chromium falls back to a key that everybody knows
 * (`basic_text`): then nothing is kept.
 */
export async function judgeKeychain(keychain: Keychain, platform: string): Promise<KeychainVerdict> {
  if (!(await keychain.isAsyncEncryptionAvailable())) {
    return { canKeep: false, note: 'This system offers no keychain. Credentials can be kept until Fieldgate ends.' }
  }
  if (platform === 'linux' && keychain.getSelectedStorageBackend() === 'basic_text') {
    return {
      canKeep: false,
      note: 'No password manager was found (GNOME Keyring or KWallet). Credentials can be kept until Fieldgate ends.',
    }
  }
  return { canKeep: true, note: 'Credentials are kept encrypted by the keychain of this system.' }
}

export interface Vault {
  verdict(): Promise<KeychainVerdict>
  /** The credentials kept for a workspace; undefined when there are none or they cannot be read any more. */
  read(workspace: string): Promise<SessionCredentials | undefined>
  /** Throws `unsupported` when this machine cannot keep a secret. */
  keep(workspace: string, credentials: SessionCredentials): Promise<void>
  forget(workspace: string): Promise<void>
}

/** Keeps store credentials in `folder`, one encrypted file per workspace. They go to the engine and nowhere else. */
export function openVault(folder: string, keychain: Keychain, platform: string): Vault {
  const fileOf = (workspace: string): string =>
    join(folder, `${createHash('sha256').update(workspace).digest('hex').slice(0, 32)}.bin`)
  const vault: Vault = {
    verdict: () => judgeKeychain(keychain, platform),
    async read(workspace) {
      const bytes = await readFile(fileOf(workspace)).catch(() => undefined)
      if (bytes === undefined) return undefined
      try {
        const { result, shouldReEncrypt } = await keychain.decryptStringAsync(bytes)
        const { sessionToken, ...pair } = schema.parse(JSON.parse(result))
        const credentials: SessionCredentials = {
          kind: 'static',
          ...pair,
          ...(sessionToken === undefined ? {} : { sessionToken }),
        }
        if (shouldReEncrypt) await vault.keep(workspace, credentials)
        return credentials
      } catch {
        return undefined
      }
    },
    async keep(workspace, { kind: _kind, ...secret }) {
      const { canKeep, note } = await vault.verdict()
      if (!canKeep) {
        throw new FieldgateError('unsupported', note, {
          hint: 'Keep them for this session, or use a profile or a role.',
        })
      }
      writeFileAtomic(fileOf(workspace), await keychain.encryptStringAsync(JSON.stringify(secret)), 0o600)
    },
    async forget(workspace) {
      await rm(fileOf(workspace), { force: true })
    },
  }
  return vault
}
