import { parquetReadObjects } from 'hyparquet'
import { parseObjectKey } from '../../shared/domain/objectKey.ts'
import type { SimStore } from './simStore.ts'

export type BucketRow = Record<string, unknown>

/** Every row of the bucket by node, epoch and type, read with a Parquet reader that is not ours. */
export async function readBucket(store: SimStore): Promise<ReadonlyMap<string, readonly BucketRow[]>> {
  const byLane = new Map<string, BucketRow[]>()
  for (const [name, object] of store.objects) {
    const key = parseObjectKey(name.slice(name.indexOf('/') + 1))
    if (key === undefined) throw new Error(`Unreadable key ${name}`)
    const { buffer, byteOffset, byteLength } = object.bytes
    const file = buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer
    const rows = (await parquetReadObjects({ file })) as BucketRow[]
    const lane = `${key.node}/${key.epoch}/${key.type}`
    const list = byLane.get(lane) ?? []
    byLane.set(lane, list)
    for (const row of rows) {
      if (row['_node_id'] !== key.node || row['_pipeline_type'] !== key.type)
        throw new Error(`Wrong lineage in ${name}`)
      list.push({ ...row, $date: key.date })
    }
  }
  return byLane
}
