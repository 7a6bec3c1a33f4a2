import { call } from '../client/client.ts'
import type { UploadResult } from '../../shared/ipc/contract.ts'

/** Uploads now what waits on some nodes, or on all. */
export async function runUploads(nodeIds?: readonly string[]): Promise<UploadResult> {
  return call('uploads.run', nodeIds === undefined ? {} : { nodeIds: [...nodeIds] })
}
