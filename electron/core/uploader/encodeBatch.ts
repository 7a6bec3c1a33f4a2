import { mkdirSync } from 'node:fs'
import { parquetEngine } from '../parquet/engines.ts'
import { Days } from './encodeDays.ts'
import { Partition } from './encodePartition.ts'
import type { EncodedObject, EncodeRequest, EncodeResult } from './encodePort.ts'
import { openRows, readClaim } from './encodeSource.ts'
import type { CheckCancelled, OpenSource } from './encodeSource.ts'

/**
 * Makes the objects of a claim as spool files, one or more per UTC event date: same rows, same bytes. Reads in short
 * steps through a read-only connection of its own. On failure or cancellation nothing of it is left on disk.
 */
export async function encodeBatch(
  request: EncodeRequest,
  checkCancelled: CheckCancelled,
  open?: OpenSource,
): Promise<EncodeResult> {
  mkdirSync(request.spoolFolder, { recursive: true })
  const engine = parquetEngine(request.engine)
  const source = openRows(request, open)
  const days = new Days(request, (settings, date, isFirst) => new Partition(settings, engine, date, isFirst))
  try {
    const newestEventMs = await readClaim(request, source, days, checkCancelled)
    const objects: EncodedObject[] = []
    for (const partition of days.partitions()) objects.push(...(await partition.finish()))
    return {
      objects,
      counts: days.transform.counts(),
      quarantined: days.transform.quarantined(),
      newestEventMs,
    }
  } catch (error) {
    for (const partition of days.partitions()) partition.abandon()
    throw error
  } finally {
    source.close()
  }
}
