import { findLedgerProblems } from '../../electron/core/db/ledger/integrity.ts'
import { listEpochs } from '../../electron/core/db/ledger/epochs.ts'
import { listDelivered, listExecutions } from '../../electron/core/db/ledger/executions.ts'
import type { StoredExecution } from '../../electron/core/db/ledger/executions.ts'
import { listCursors } from '../../electron/core/db/ledger/lanes.ts'
import { listQuarantine } from '../../electron/core/db/ledger/records.ts'
import { readBucket } from './readBucket.ts'
import type { BucketRow } from './readBucket.ts'
import { laneName } from './simNode.ts'
import type { Life, SimNode, WrittenRow } from './simNode.ts'
import type { World } from './world.ts'

type Bucket = Awaited<ReturnType<typeof readBucket>>

/** Everything that is wrong with a settled world, as sentences; empty when every promise held. */
export async function findViolations(world: World): Promise<readonly string[]> {
  const bucket = await readBucket(world.store)
  const wrong = findLedgerProblems(world.ledger()).map((problem) => `ledger: ${problem}`)
  for (const node of world.nodes) wrong.push(...checkNode(world, node, bucket))
  return wrong
}

function checkNode(world: World, node: SimNode, bucket: Bucket): string[] {
  const wrong: string[] = []
  const ledger = world.ledger()
  const { id } = node.config
  // A replay delivers rows of a claim that delivered all its others.
  const delivered = listDelivered(ledger, id).filter((execution) => !world.isReplay(execution.id))
  const cursors = listCursors(ledger, id)
  const epochs = listEpochs(ledger, { nodeId: id, table: 'sensor_readings' })
  for (const { epoch } of epochs) {
    const life = node.lifeByEpoch.get(epoch)
    if (life === undefined) {
      wrong.push(`epoch ${epoch} of ${id} belongs to no life`)
      continue
    }
    const ofEpoch = delivered.filter((execution) => execution.epoch === epoch)
    const routes = new Set([
      ...cursors.filter((cursor) => cursor.epoch === epoch).map((cursor) => cursor.route),
      ...[...bucket.keys()]
        .filter((lane) => lane.startsWith(`${id}/${epoch}/`))
        .map((lane) => lane.split('/')[2] as string),
    ])
    for (const route of routes) {
      const executions = ofEpoch.filter((execution) => execution.route === route)
      wrong.push(
        ...checkLane(world, node, life, { route, epoch }, executions, bucket.get(`${id}/${epoch}/${route}`) ?? []),
      )
    }
  }
  const isPresent = (epoch: string): boolean => node.lifeByEpoch.get(epoch) === node.life()
  wrong.push(
    ...checkCoverage(
      node,
      node.life(),
      delivered.filter(({ epoch }) => isPresent(epoch)),
      world.options.alwaysOn,
    ),
    ...checkOneEpoch(id, bucket, isPresent),
  )
  const known = new Set(epochs.map((record) => record.epoch))
  for (const lane of bucket.keys()) {
    const [owner, epoch] = lane.split('/') as [string, string]
    if (owner === id && !known.has(epoch) && isPresent(epoch)) {
      wrong.push(`P5: the ledger does not know ${lane}, which is the present life`)
    }
  }
  return wrong
}

/**
 * One life may have been given a second name, by a ledger that knew nothing of the first because nothing had been delivered
 * under it. Rows lie under one of them.
 */
function checkOneEpoch(nodeId: string, bucket: Bucket, isPresent: (epoch: string) => boolean): string[] {
  const lanes = [...bucket].filter(([lane]) => {
    const [owner, epoch] = lane.split('/') as [string, string]
    return owner === nodeId && isPresent(epoch)
  })
  return [...Map.groupBy(lanes, ([lane]) => lane.split('/')[2])].flatMap(([route, of]) => {
    if (of.length < 2) return []
    if (route === 'aggregated') return [`P2: ${nodeId} ${route} lies under ${of.length} epochs of one life`]
    const epochs = Map.groupBy(
      of.flatMap(([lane, rows]) =>
        [...new Set(rows.map((row) => Number(row['_row_id'])))].map((row) => ({ lane, row })),
      ),
      ({ row }) => row,
    )
    return [...epochs]
      .filter(([, lanesOfRow]) => lanesOfRow.length > 1)
      .map(([row]) => `P2: row ${row} of ${nodeId} ${route} lies under two epochs of one life`)
  })
}

/** Every row of the current life must have been delivered by some route that was active. */
function checkCoverage(
  node: SimNode,
  life: Life,
  executions: readonly StoredExecution[],
  alwaysOn: readonly string[],
): string[] {
  const counts = executions.filter(({ route }) => !alwaysOn.includes(route) || node.wasActive.has(route))
  return [...life.rows.keys()]
    .filter((id) => !counts.some((execution) => execution.fromSeq <= id && id <= execution.toSeq))
    .filter((id) => !life.forgotten.has(id))
    .map((id) => `P1: row ${id} of ${node.config.id} was delivered by no active route`)
}

function checkLane(
  world: World,
  node: SimNode,
  life: Life,
  lane: { readonly route: string; readonly epoch: string },
  executions: readonly StoredExecution[],
  rows: readonly BucketRow[],
): string[] {
  const { route, epoch } = lane
  const nodeId = node.config.id
  const isUncertain = (id: number): boolean => life.uncertain.get(id)?.has(laneName(lane)) === true
  const due = [...life.rows.values()].filter(
    (row) =>
      !isUncertain(row.id) &&
      executions.some(
        (execution) =>
          execution.fromSeq <= row.id &&
          row.id <= execution.toSeq &&
          (life.purged.get(row.id)?.has(laneName(lane)) ?? true),
      ),
  )
  const label = `${nodeId} life ${life.number} ${route}`
  // Of an execution whose source went away in the middle, what was stored before stays in the bucket, each row once. The
  // same of a claim that a lost ledger had made in a life that is over.
  const left = listExecutions(world.ledger(), { nodeId, limit: 100_000 }).filter(
    (execution) => execution.state === 'abandoned' && execution.epoch === epoch && execution.route === route,
  )
  const isOver = life !== node.life()
  const isLeft = (id: number): boolean =>
    isOver || isUncertain(id) || left.some((execution) => execution.fromSeq <= id && id <= execution.toSeq)
  if (route === 'aggregated') {
    return checkAggregate(label, due, rows, [...life.rows.keys()].filter(isLeft).length)
  }
  const expected = new Map(due.filter((row) => isWanted(route, row)).map((row) => [row.id, row]))
  const wrong: string[] = []
  if (route === 'schematized') {
    const rejected = listQuarantine(world.ledger(), { nodeId, limit: 100_000 })
      .filter((entry) => entry.route === route && entry.epoch === epoch && entry.state === 'open')
      .map((entry) => entry.sequence)
    for (const sequence of rejected) {
      const row = life.rows.get(sequence)
      if (!expected.delete(sequence) && !isLeft(sequence))
        wrong.push(`${label}: row ${sequence} is in quarantine but was never due`)
      if (row !== undefined && !isBad(row))
        wrong.push(`${label}: row ${sequence} is in quarantine, but nothing is wrong with it`)
    }
  }
  const seen = new Set<number>()
  for (const row of rows) {
    const id = Number(row['_row_id'])
    const original = expected.get(id) ?? (isLeft(id) ? life.rows.get(id) : undefined)
    if (seen.has(id)) wrong.push(`P2: ${label}: row ${id} is there twice`)
    seen.add(id)
    if (original === undefined) wrong.push(`${label}: row ${id} was never due`)
    else wrong.push(...checkValues(label, original, row))
    if (original !== undefined && route === 'schematized' && isRefused(original, world.wasRelaxed())) {
      wrong.push(`${label}: row ${id} satisfies no contract there was`)
    }
  }
  for (const id of expected.keys()) {
    if (!seen.has(id) && !life.forgotten.has(id)) wrong.push(`P1: ${label}: row ${id} is missing`)
  }
  return wrong
}

/** Whether a route hands the row on. */
function isWanted(route: string, row: WrittenRow): boolean {
  if (route === 'emergency') return row.anomaly === 1
  return route !== 'even' || row.id % 2 === 0
}

function isBad(row: WrittenRow): boolean {
  return Number.isNaN(Date.parse(row.timestamp)) || row.temperatures.some((value) => typeof value === 'string')
}

/** Whether every contract there was rejects the row. */
function isRefused(row: WrittenRow, wasRelaxed: boolean): boolean {
  if (Number.isNaN(Date.parse(row.timestamp))) return true
  return !wasRelaxed && row.temperatures.every((value) => typeof value === 'string')
}

/** Any value the row had is right: it may have been read before it was corrected, or after. */
function checkValues(label: string, original: WrittenRow, row: BucketRow): string[] {
  const wrong: string[] = []
  if (label.endsWith('raw')) {
    const extra = typeof row['_extra'] === 'string' ? (JSON.parse(row['_extra']) as Record<string, unknown>) : {}
    const temperature = (row['temperature'] ?? extra['temperature'] ?? null) as number | string | null
    if (!original.temperatures.includes(temperature)) {
      wrong.push(`${label}: row ${original.id} has temperature ${JSON.stringify(temperature)}`)
    }
    const time = row['timestamp'] instanceof Date ? row['timestamp'].getTime() : extra['timestamp']
    const wanted = Number.isNaN(Date.parse(original.timestamp)) ? original.timestamp : Date.parse(original.timestamp)
    if (time !== wanted) wrong.push(`${label}: row ${original.id} has time ${String(time)}, not ${wanted}`)
  }
  const ms = Date.parse(original.timestamp)
  const date = Number.isNaN(ms) ? undefined : new Date(ms).toISOString().slice(0, 10)
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
    : [`P2: ${label}: aggregates stand for ${counted} rows of ${due.length} (${readable} with a time)`]
}
