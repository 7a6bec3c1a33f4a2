import { createServer } from 'node:http'
import type { ServerResponse } from 'node:http'
import { statSync } from 'node:fs'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import type { SimulatedNode } from '../../../shared/domain/simulator.ts'
import { readNewestReadings, readReadingsStats } from '../db/readingsStats.ts'
import type { ReadingsStats } from '../db/readingsStats.ts'
import type { Clock } from '../support/clock.ts'
import type { SensorIdentity } from './identity.ts'
import { zoneOffset } from './zoneOffset.ts'

interface MonitorInputs {
  readonly clock: Clock
  readonly identity: SensorIdentity
  readonly databasePath: string
  readonly runSeconds: number | undefined
  readonly node: () => Promise<SimulatedNode>
  readonly memoryBytes: () => number
}

export interface Monitor {
  readonly url: string
  /** Resolves when the port is free again and every connection is closed. */
  close(): Promise<void>
}

const ENDPOINTS = ['/healthz', '/statusz', '/metricz', '/db_stats', '/samplez']
const SAMPLES = 10

/**
 * The monitor of the original over HTTP: health, status, metrics, database figures and samples, all JSON. Port 0 picks a
 * free one. Throws `conflict` when the port is taken.
 */
export async function openMonitor(host: string, port: number, inputs: MonitorInputs): Promise<Monitor> {
  const startedMs = inputs.clock.now()
  let peakBytes = inputs.memoryBytes()
  const firstBytes = peakBytes
  const answer = async (path: string): Promise<readonly [number, unknown]> => {
    const nowMs = inputs.clock.now()
    const node = await inputs.node()
    const stats = readStats(inputs.databasePath)
    const isHealthy = stats !== undefined && node.problem === undefined
    const timestamp = new Date(nowMs).toISOString()
    const elapsed = (nowMs - startedMs) / 1000
    const memory = inputs.memoryBytes()
    peakBytes = Math.max(peakBytes, memory)
    switch (path) {
      case '/healthz':
      case '/health':
        return [
          isHealthy && node.isRunning ? 200 : 503,
          {
            status: isHealthy && node.isRunning ? 'healthy' : 'unhealthy',
            simulator_running: node.isRunning,
            database_healthy: isHealthy,
            problem: node.problem ?? null,
            timestamp,
          },
        ]
      case '/statusz':
        return [
          200,
          {
            running: node.isRunning,
            readings_count: node.rowsWritten,
            error_count: node.problem === undefined ? 0 : 1,
            elapsed_seconds: elapsed,
            remaining_seconds: inputs.runSeconds === undefined ? null : Math.max(0, inputs.runSeconds - elapsed),
            readings_per_second: node.ratePerSecond,
            ...identityOf(inputs.identity, nowMs),
            database_healthy: isHealthy,
            memory_usage_mb: toMb(memory),
            memory_peak_mb: toMb(peakBytes),
            memory_growth_percent: Math.round(((memory - firstBytes) / firstBytes) * 1000) / 10,
          },
        ]
      case '/metricz':
        return [
          200,
          {
            simulator: {
              readings_total: node.rowsWritten,
              readings_per_second: node.ratePerSecond,
              active_anomalies: node.activeAnomalies.length,
              scenario: node.scenario,
            },
            database: { healthy: isHealthy, size_bytes: sizeOf(inputs.databasePath), rows: stats?.rows ?? null },
            sync: { pending: stats?.rows ?? null },
            timestamp,
          },
        ]
      case '/db_stats':
        return stats === undefined
          ? [503, { error: 'The database cannot be read now.', timestamp }]
          : [200, databaseStats(stats, node, inputs.databasePath, elapsed)]
      case '/samplez':
        return [200, { samples: readNewestReadings(inputs.databasePath, SAMPLES), timestamp }]
      default:
        return [path === '/' ? 200 : 404, { endpoints: ENDPOINTS }]
    }
  }

  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://monitor').pathname
    if (request.method !== 'GET' && request.method !== 'HEAD') return send(response, 405, { error: 'Only GET.' })
    answer(path).then(
      ([status, body]) => send(response, status, body),
      () => send(response, 503, { error: 'The simulator does not answer.' }),
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new FieldgateError(
          'conflict',
          `The monitor cannot listen on ${host}:${port}: ${error.code ?? error.message}.`,
          {
            hint: 'Set monitoring.port to a free port, or monitoring.enabled to false.',
            cause: error,
          },
        ),
      ),
    )
    server.listen(port, host, resolve)
  })
  const address = server.address()
  const listening = typeof address === 'object' && address !== null ? address.port : port
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${listening}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(`${JSON.stringify(body)}\n`)
}

function readStats(path: string): ReadingsStats | undefined {
  try {
    return readReadingsStats(path)
  } catch {
    return undefined
  }
}

function identityOf(identity: SensorIdentity, nowMs: number): Readonly<Record<string, unknown>> {
  return {
    sensor_id: identity.sensorId,
    location: {
      city: identity.location,
      latitude: identity.latitude,
      longitude: identity.longitude,
      timezone: identity.timeZone,
      timezone_offset: zoneOffset(identity.timeZone)(nowMs),
    },
    firmware_version: identity.firmwareVersion,
    model: identity.model,
    manufacturer: identity.manufacturer,
  }
}

function databaseStats(
  stats: ReadingsStats,
  node: SimulatedNode,
  path: string,
  elapsedSeconds: number,
): Readonly<Record<string, unknown>> {
  return {
    total_readings: stats.rows,
    database_size: sizeOf(path),
    last_write: stats.lastTimestamp ?? null,
    indexes: stats.indexes,
    table_stats: { sensor_readings: { rows: stats.rows } },
    performance: {
      rows_written: node.rowsWritten,
      rows_per_second: elapsedSeconds > 0 ? Math.round((node.rowsWritten / elapsedSeconds) * 100) / 100 : 0,
      journal_mode: stats.journalMode,
    },
    sync_status: { synced: 0, pending: stats.rows },
    anomalies: { total: stats.anomalies },
    files: { database: sizeOf(path), wal: sizeOf(`${path}-wal`), shm: sizeOf(`${path}-shm`) },
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

function toMb(bytes: number): number {
  return Math.round((bytes / 1_048_576) * 10) / 10
}
