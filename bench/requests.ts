import { openNodeDatabase } from '../electron/core/db/nodeDatabase.ts'
import type { EncodeRequest } from '../electron/core/uploader/encodePort.ts'
import type { NodeConfig } from '../shared/domain/settings.ts'

/** Rows that one claim covers at most, as in the uploader. */
export const CLAIM_ROWS = 1_000_000

export function nodeOf(path: string): NodeConfig {
  return { id: 'bench-1', sqlite: path, labels: {}, timeZone: 'UTC' }
}

/** Claims that tile the rows `1..rows`, of at most `claimRows` each. */
export function claimsOf(
  path: string,
  rows: number,
  folder: string,
  changes: Partial<EncodeRequest> = {},
  claimRows = CLAIM_ROWS,
): readonly EncodeRequest[] {
  const database = openNodeDatabase(path, { timeZone: 'UTC' })
  const plan = database.plan()
  database.close()
  const node = nodeOf(path)
  const requests: EncodeRequest[] = []
  for (let fromSeq = 1; fromSeq <= rows; fromSeq += claimRows) {
    requests.push({
      node,
      context: {
        nodeId: node.id,
        site: undefined,
        plan,
        timeZone: 'UTC',
        contract: undefined,
        emergency: { anomalyFlag: true, statusCodes: [], thresholds: [] },
        windowSeconds: 60,
        custom: undefined,
      },
      pipelineType: 'raw',
      pipelineRevision: 1,
      epoch: 'bench',
      fromSeq,
      toSeq: Math.min(rows, fromSeq + claimRows - 1),
      spoolFolder: folder,
      spoolName: `claim-${fromSeq}`,
      rowsPerStep: 1000,
      targetObjectBytes: 50 << 20,
      compression: 'snappy',
      engine: 'columnar',
      profile: 'compact',
      ...changes,
    })
  }
  return requests
}

/** Rows per second of some work, from the wall clock. */
export async function rate(rows: number, work: () => unknown): Promise<number> {
  const startedAt = performance.now()
  await work()
  return (rows / (performance.now() - startedAt)) * 1000
}

/** Rows per second of processor time, all threads of this process together: what load of others distorts least. */
export async function rates(
  rows: number,
  work: () => unknown,
): Promise<{ readonly wall: number; readonly cpu: number }> {
  const before = process.cpuUsage()
  const wall = await rate(rows, work)
  const used = process.cpuUsage(before)
  return { wall, cpu: rows / ((used.user + used.system) / 1e6) }
}

export function best(values: readonly number[]): number {
  return Math.max(...values)
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
