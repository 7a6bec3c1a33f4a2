import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FileContent } from '../../../shared/domain/objects.ts'
import type { ReconcileReport } from '../../../shared/domain/reconcile.ts'
import { writeFileAtomic } from '../support/atomicFile.ts'
import type { SignedReport } from '../support/signedReport.ts'
import { reportHtml } from './reconcileHtml.ts'

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

function readKey(stateDir: string): string {
  const path = join(stateDir, KEY_FILE)
  if (existsSync(path)) return readFileSync(path, 'utf8')
  const { privateKey } = generateKeyPairSync('ed25519')
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  writeFileAtomic(path, pem, OWNER_ONLY)
  return pem
}
