import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import type { FileContent } from '../../../shared/domain/objects.ts'
import type { ReconcileReport } from '../../../shared/domain/reconcile.ts'
import { writeFileAtomic } from '../support/atomicFile.ts'
import { reportHtml } from './reconcileHtml.ts'

/** A report that can be checked by anybody who holds it: ed25519 over the text of `report`. */
export interface SignedReport {
  readonly format: 'fieldgate-proof-1'
  readonly report: ReconcileReport
  readonly signature: string
  /** Public key, SPKI DER in base64; the workspace shows the same one for all its reports. */
  readonly publicKey: string
}

const KEY_FILE = 'proof_key.pem'
const OWNER_ONLY = 0o600

/** The report as a file, signed with the workspace's key, which is made on first use and never leaves the state folder. */
export function exportReport(report: ReconcileReport, stateDir: string, format: 'html' | 'json'): FileContent {
  const signed = signReport(report, stateDir)
  const name = `fieldgate-proof-${new Date(report.takenAtMs).toISOString().slice(0, 19).replaceAll(':', '')}.${format}`
  return format === 'json'
    ? { name, contentType: 'application/json', bytes: Buffer.from(`${JSON.stringify(signed, undefined, 2)}\n`) }
    : { name, contentType: 'text/html; charset=utf-8', bytes: Buffer.from(reportHtml(signed)) }
}

/** The report with a signature of this workspace's own key, and the public half to check it with. */
export function signReport(report: ReconcileReport, stateDir: string): SignedReport {
  const pem = readKey(stateDir)
  return {
    format: 'fieldgate-proof-1',
    report,
    signature: sign(null, Buffer.from(JSON.stringify(report)), pem).toString('base64'),
    publicKey: createPublicKey(pem).export({ type: 'spki', format: 'der' }).toString('base64'),
  }
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

function readKey(stateDir: string): string {
  const path = join(stateDir, KEY_FILE)
  if (existsSync(path)) return readFileSync(path, 'utf8')
  const { privateKey } = generateKeyPairSync('ed25519')
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  writeFileAtomic(path, pem, OWNER_ONLY)
  return pem
}
