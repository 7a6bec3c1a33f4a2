import { existsSync } from 'node:fs'
import { errorToData, FieldgateError } from '../../../shared/domain/errors.ts'
import type { SimulatedNode } from '../../../shared/domain/simulator.ts'
import { buildReadingsFile, openReadingsWriter } from '../db/readingsWriter.ts'
import type { ReadingsWriter } from '../db/readingsWriter.ts'
import type { ReadingRow } from '../db/readingsSchema.ts'
import type { Rng } from '../support/rng.ts'
import type { PipelineStart, PreparePipeline, SimulatedNodeSpec } from './port.ts'
import { fixedColumns, rowMaker } from './rows.ts'
import { changeRate, countDue, createSensor, nextReadings } from './sensor.ts'
import type { SensorState } from './sensor.ts'
import type { Scenario } from './scenario.ts'

/** Readings that wait for a locked or full database at most; beyond it the sensor rests, and catches up later. */
const MOST_PENDING = 20_000
/** Seconds of lateness that are caught up; what a node slept through longer is a gap, as on a real sensor. */
const MOST_CATCH_UP_MS = 60_000

/** One node of the simulator: its sensor, its database, and what waits between the two. */
export interface RunningNode {
  readonly spec: SimulatedNodeSpec
  /** The sensor as it is now; replacing it is how everything about it changes. */
  sensor: SensorState
  isRunning: boolean
  /** The scenario as asked for, before a mixed one chose its member. */
  scenarioId: string
  /** The rate as asked for, before speed. */
  ratePerSecond: number
  readonly rng: Rng
  /** Writes what is due up to `nowMs` in one transaction. Never throws: a failure is the node's `problem`. */
  tick(nowMs: number): void
  status(nowMs: number): SimulatedNode
  /** Gives the database back; nothing is written afterwards. */
  close(): void
}

interface RunningNodeOptions {
  readonly spec: SimulatedNodeSpec
  readonly scenario: Scenario
  readonly rng: Rng
  readonly nowMs: number
  readonly preparePipeline: PreparePipeline
}

/** Makes a node with its history, if asked for and if its database is new. */
export function createRunningNode(options: RunningNodeOptions): RunningNode {
  const { spec, rng } = options
  const fixed = fixedColumns(spec.sensor.identity)
  const toRow = rowMaker(spec.sensor.identity.timeZone)
  const pending: ReadingRow[] = []
  let writer: ReadingsWriter | undefined
  let isPrepared = false
  let rowsWritten = 0
  let lastWriteMs: number | undefined
  let problem: string | undefined

  const open = (nowMs: number): ReadingsWriter => {
    if (writer !== undefined) return writer
    const isNew = !existsSync(spec.path)
    writer = openReadingsWriter(spec.path, fixed)
    isPrepared ||= !isNew
    if (!isPrepared) {
      options.preparePipeline(spec.path, pipelineOf(spec, nowMs))
      isPrepared = true
    }
    return writer
  }

  const node: RunningNode = {
    spec,
    rng,
    scenarioId: spec.scenario,
    ratePerSecond: spec.ratePerSecond,
    isRunning: spec.isRunning,
    sensor: createSensor(
      {
        spec: spec.sensor,
        scenario: options.scenario,
        ratePerSecond: spec.history?.ratePerSecond ?? spec.ratePerSecond,
        startMs: options.nowMs - (spec.history?.seconds ?? spec.ageSeconds ?? 0) * 1000,
      },
      rng,
    ),
    tick(nowMs) {
      try {
        const target = open(nowMs)
        if (pending.length < MOST_PENDING) take(nowMs)
        if (pending.length > 0) {
          target.append(pending)
          rowsWritten += pending.length
          lastWriteMs = nowMs
          pending.length = 0
        }
        problem = undefined
      } catch (error) {
        problem = explain(error)
      }
    },
    status: (nowMs) => ({
      nodeId: spec.nodeId,
      isRunning: node.isRunning,
      ratePerSecond: node.ratePerSecond,
      scenario: node.scenarioId,
      seed: spec.seed,
      rowsWritten,
      lastWriteMs,
      activeAnomalies: node.sensor.anomalies
        .filter((anomaly) => anomaly.untilMs > nowMs)
        .map(({ type, field, untilMs }) => ({ type, field, untilMs })),
      problem,
    }),
    close() {
      try {
        writer?.close()
      } catch (error) {
        problem = explain(error)
      }
      writer = undefined
    },
  }

  const endMs = spec.runSeconds === undefined ? Infinity : options.nowMs + spec.runSeconds * 1000

  function take(wallMs: number): void {
    const nowMs = Math.min(wallMs, endMs)
    const oldestMs = nowMs - MOST_CATCH_UP_MS
    const nextMs = node.sensor.anchorMs + (node.sensor.sinceAnchor * 1000) / node.sensor.ratePerSecond
    if (nextMs < oldestMs && pending.length === 0) {
      node.sensor = { ...node.sensor, anchorMs: oldestMs, sinceAnchor: 0 }
    }
    const next = nextReadings(node.sensor, nowMs, rng, MOST_PENDING - pending.length)
    node.sensor = next.state
    for (const reading of next.readings) pending.push(toRow(reading))
  }

  function* history(): Generator<readonly ReadingRow[]> {
    const past = rng.fork('past')
    while (countDue(node.sensor, options.nowMs) > 0) {
      const next = nextReadings(node.sensor, options.nowMs, past)
      node.sensor = next.state
      yield next.readings.map(toRow)
    }
  }

  try {
    if (spec.history !== undefined && !existsSync(spec.path)) {
      rowsWritten = buildReadingsFile(spec.path, fixed, history())
      lastWriteMs = rowsWritten > 0 ? options.nowMs : undefined
      options.preparePipeline(spec.path, pipelineOf(spec, options.nowMs))
      isPrepared = true
    }
    node.sensor = changeRate(node.sensor, spec.ratePerSecond)
    if (spec.isRunning) open(options.nowMs)
  } catch (error) {
    problem = explain(error)
  }
  node.sensor = { ...changeRate(node.sensor, spec.ratePerSecond), anchorMs: options.nowMs }
  return node
}

function pipelineOf(spec: SimulatedNodeSpec, atMs: number): readonly PipelineStart[] {
  return spec.pipeline ?? [{ type: 'raw', by: 'sensor', reason: 'Initial setup', atMs }]
}

function explain(error: unknown): string {
  const data = errorToData(error)
  return error instanceof FieldgateError && data.hint !== undefined ? `${data.message} ${data.hint}` : data.message
}

/**
 * Makes sure that sensors can write where they are meant to, before any of them starts. Returns remarks; throws for a
 * database of another shape or one that is damaged. A locked one is no reason: it is written once it is free.
 */
export function checkDatabases(specs: readonly SimulatedNodeSpec[]): readonly string[] {
  const existing = specs.filter((spec) => existsSync(spec.path))
  for (const spec of existing) {
    try {
      openReadingsWriter(spec.path, fixedColumns(spec.sensor.identity)).close()
    } catch (error) {
      if (errorToData(error).code !== 'unavailable') throw error
    }
  }
  const without = existing.filter((spec) => spec.history !== undefined)
  return without.length === 0
    ? []
    : [`History is made for new databases only; ${without.map((spec) => spec.path).join(', ')} is appended to.`]
}
