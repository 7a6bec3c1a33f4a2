import { parquetReadObjects } from 'hyparquet'
import { listEpochs } from '../../electron/core/db/ledger/epochs.ts'
import { listDelivered, listExecutions } from '../../electron/core/db/ledger/executions.ts'
import type { StoredExecution } from '../../electron/core/db/ledger/executions.ts'
import { listCursors } from '../../electron/core/db/ledger/lanes.ts'
import { listQuarantine } from '../../electron/core/db/ledger/records.ts'
import { parseObjectKey } from '../../shared/domain/objectKey.ts'
import type { Life, WrittenRow } from './hazards.ts'
import type { World } from './world.ts'

/** Everything that is wrong with a settled world, as sentences; empty when every promise held. */
export async function findViolations(world: World): Promise<readonly string[]> {
  const wrong: string[] = world.store.overwritten.map((name) => `a put met different content under ${name}`)
  const delivered = listDelivered(world.ledger, 'n1')
  const inBucket = await readBucket(world)
  const epochs = listEpochs(world.ledger, { nodeId: 'n1', table: 'sensor_readings' })
  for (const { epoch } of epochs) {
    const life = world.lifeByEpoch.get(epoch)
    if (life === undefined) {
      wrong.push(`epoch ${epoch} belongs to no life`)
      continue
    }
    const isCurrent = life === world.lives.at(-1)
    for (const cursor of listCursors(world.ledger).filter((candidate) => candidate.epoch === epoch)) {
      const executions = delivered.filter((e) => e.epoch === epoch && e.route === cursor.route)
      wrong.push(...overlaps(executions))
      const rows = inBucket.get(`${epoch}/${cursor.route}`) ?? []
      wrong.push(...checkLane(world, life, cursor.route, epoch, executions, rows))
    }
    if (isCurrent)
      wrong.push(
        ...checkCoverage(
          life,
          delivered.filter((e) => e.epoch === epoch && !isBeside(world, e.route)),
        ),
      )
  }
  const lives = new Set(world.lifeByEpoch.values())
  if (lives.size !== world.lifeByEpoch.size) wrong.push('two epochs name one life, or one epoch names two')
  return wrong
}

function isBeside(world: World, route: string): boolean {
  return route === 'emergency' && world.alwaysOn.includes('emergency') && !world.wasActive.has('emergency')
}

type BucketRow = Record<string, unknown>

async function readBucket(world: World): Promise<Map<string, BucketRow[]>> {
  const byLane = new Map<string, BucketRow[]>()
  for (const [name, object] of world.store.objects) {
    const key = parseObjectKey(name.slice(name.indexOf('/') + 1))
    if (key === undefined) throw new Error(`Unreadable key ${name}`)
    const file = object.bytes.buffer.slice(
      object.bytes.byteOffset,
      object.bytes.byteOffset + object.bytes.byteLength,
    ) as ArrayBuffer
    const rows = (await parquetReadObjects({ file })) as BucketRow[]
    const lane = `${key.epoch}/${key.type}`
    const list = byLane.get(lane) ?? []
    byLane.set(lane, list)
    for (const row of rows) {
      if (row['_node_id'] !== 'n1' || row['_pipeline_type'] !== key.type) throw new Error(`Wrong lineage in ${name}`)
      list.push({ ...row, $from: key.fromSeq, $to: key.toSeq, $date: key.date })
    }
  }
  return byLane
}

function overlaps(executions: readonly StoredExecution[]): string[] {
  const sorted = executions.toSorted((a, b) => a.fromSeq - b.fromSeq)
  return sorted.flatMap((execution, index) => {
    const next = sorted[index + 1]
    return next !== undefined && next.fromSeq <= execution.toSeq
      ? [`${execution.route} delivered ${next.fromSeq}..${execution.toSeq} twice`]
      : []
  })
}

/** Every row of the current life must have been delivered by some route that was active. */
function checkCoverage(life: Life, executions: readonly StoredExecution[]): string[] {
  return [...life.rows.keys()]
    .filter((id) => !executions.some((execution) => execution.fromSeq <= id && id <= execution.toSeq))
    .map((id) => `row ${id} was delivered by no active route`)
}

function checkLane(
  world: World,
  life: Life,
  route: string,
  epoch: string,
  executions: readonly StoredExecution[],
  rows: readonly BucketRow[],
): string[] {
  const due = [...life.rows.values()].filter((row) =>
    executions.some(
      (execution) =>
        execution.fromSeq <= row.id &&
        row.id <= execution.toSeq &&
        (life.purged.get(row.id)?.has(execution.id) ?? true),
    ),
  )
  const label = `life ${life.number} ${route}`
  // Of an execution whose source went away in the middle, what was stored before stays in the bucket, each row once.
  const left = listExecutions(world.ledger, { limit: 100_000 }).filter(
    (e) => e.state === 'abandoned' && e.epoch === epoch && e.route === route,
  )
  const isLeft = (id: number): boolean => left.some((execution) => execution.fromSeq <= id && id <= execution.toSeq)
  if (route === 'aggregated') {
    return checkAggregate(label, due, rows, [...life.rows.keys()].filter(isLeft).length)
  }
  const expected = new Map(due.filter((row) => route !== 'emergency' || row.anomaly === 1).map((row) => [row.id, row]))
  const wrong: string[] = []
  if (route === 'schematized') {
    const rejected = listQuarantine(world.ledger, { nodeId: 'n1', limit: 100_000 })
      .filter((entry) => entry.route === route && entry.epoch === epoch)
      .map((entry) => entry.sequence)
    for (const sequence of rejected) {
      if (!expected.delete(sequence) && !isLeft(sequence))
        wrong.push(`${label}: row ${sequence} is in quarantine but was never due`)
    }
  }
  const seen = new Set<number>()
  for (const row of rows) {
    const id = Number(row['_row_id'])
    const original = expected.get(id) ?? (isLeft(id) ? life.rows.get(id) : undefined)
    if (seen.has(id)) wrong.push(`${label}: row ${id} is there twice`)
    seen.add(id)
    if (original === undefined) wrong.push(`${label}: row ${id} was never due`)
    else if (route === 'raw') wrong.push(...checkRaw(label, original, row))
  }
  for (const id of expected.keys()) if (!seen.has(id)) wrong.push(`${label}: row ${id} is missing`)
  return wrong
}

function checkRaw(label: string, original: WrittenRow, row: BucketRow): string[] {
  const wrong: string[] = []
  const extra = typeof row['_extra'] === 'string' ? (JSON.parse(row['_extra']) as Record<string, unknown>) : {}
  const temperature = row['temperature'] ?? extra['temperature'] ?? null
  if (temperature !== original.temperature)
    wrong.push(`${label}: row ${original.id} has temperature ${JSON.stringify(temperature)}`)
  const time = row['timestamp'] instanceof Date ? row['timestamp'].getTime() : extra['timestamp']
  const wanted = Number.isNaN(Date.parse(original.timestamp)) ? original.timestamp : Date.parse(original.timestamp)
  if (time !== wanted) wrong.push(`${label}: row ${original.id} has time ${String(time)}, not ${wanted}`)
  const date = typeof wanted === 'number' ? new Date(wanted).toISOString().slice(0, 10) : undefined
  if (row['$date'] !== date) wrong.push(`${label}: row ${original.id} lies under date ${String(row['$date'])}`)
  return wrong
}

function checkAggregate(
  label: string,
  due: readonly WrittenRow[],
  rows: readonly BucketRow[],
  mostLeft: number,
): string[] {
  const counted = rows.reduce((sum, row) => sum + Number(row['row_count']), 0)
  const readable = due.filter((row) => !Number.isNaN(Date.parse(row.timestamp))).length
  const isRight = mostLeft === 0 ? counted === readable || counted === due.length : counted >= readable
  return isRight && counted <= due.length + mostLeft
    ? []
    : [`${label}: aggregates stand for ${counted} rows of ${due.length} (${readable} with a time)`]
}
