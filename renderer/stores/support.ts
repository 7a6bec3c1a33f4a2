import { call } from '../client/client.ts'
import type { FileContent } from '../../shared/domain/objects.ts'

/** The support bundle: logs, settings without secrets, state of ledger and nodes. */
export async function makeSupportBundle(): Promise<FileContent> {
  return call('support.bundle', {})
}
