import { createPublicKey, verify } from 'node:crypto'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import type { FileContent } from '../../../shared/domain/objects.ts'
import type { ReconcileReport } from '../../../shared/domain/reconcile.ts'

/** A report that can be checked by anybody who holds it: ed25519 over the text of `report`. */
export interface SignedReport {
  readonly format: 'fieldgate-proof-1'
  readonly report: ReconcileReport
  readonly signature: string
  /** Public key, SPKI DER in base64; the workspace shows the same one for all its reports. */
  readonly publicKey: string
}

/** True when the report in an exported file (HTML or JSON) is, letter for letter, what the key in it signed. */
export function verifyExport(file: Pick<FileContent, 'bytes'>): boolean {
  const signed = parseSigned(Buffer.from(file.bytes).toString('utf8'))
  const key = createPublicKey({ key: Buffer.from(signed.publicKey, 'base64'), type: 'spki', format: 'der' })
  return verify(null, Buffer.from(JSON.stringify(signed.report)), key, Buffer.from(signed.signature, 'base64'))
}

const EMBEDDED = /<script type="application\/json" id="proof">([\s\S]*?)<\/script>/

/** The signed report in an exported file. Throws `corrupt` when there is none. */
export function parseSigned(text: string): SignedReport {
  const json = EMBEDDED.exec(text)?.[1] ?? text
  try {
    return JSON.parse(json) as SignedReport
  } catch (error) {
    throw new FieldgateError('corrupt', 'The file holds no report of Fieldgate.', { cause: error })
  }
}
