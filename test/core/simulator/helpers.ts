import Database from 'better-sqlite3'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import { DEFAULT_ANOMALIES } from '../../../electron/core/simulator/anomalies.ts'
import { DEFAULT_PARAMETERS } from '../../../electron/core/simulator/fields.ts'
import { makeIdentity } from '../../../electron/core/simulator/fleetIdentity.ts'
import type { Place } from '../../../electron/core/simulator/places.ts'
import type { SimulatedNodeSpec } from '../../../electron/core/simulator/port.ts'
import { findResources, loadScenarios } from '../../../electron/core/simulator/resources.ts'
import type { Scenario } from '../../../electron/core/simulator/scenario.ts'
import type { SensorSpec } from '../../../electron/core/simulator/sensor.ts'
import { createRng } from '../../../electron/core/support/rng.ts'

export const MIDLAND: Place = {
  city: 'Midland',
  state: 'TX',
  country: 'US',
  latitude: 31.99,
  longitude: -102.08,
  timeZone: 'America/Chicago',
  population: 1,
}

export const SCENARIOS = loadScenarios(findResources())

/** A scenario in which nothing happens and no anomaly strikes by itself. */
export const CALM: Scenario = {
  id: 'calm',
  label: 'Calm',
  description: 'Nothing',
  effects: [],
  anomalies: { probability: 0, weights: {} },
}

export function sensorSpec(change: Partial<SensorSpec> = {}): SensorSpec {
  return {
    identity: {
      ...makeIdentity(MIDLAND, 1, createRng('identity')),
      firmwareVersion: '2.1.0',
      manufacturer: 'SensorTech',
      model: 'X',
    },
    parameters: DEFAULT_PARAMETERS,
    anomalies: DEFAULT_ANOMALIES,
    ...change,
  }
}

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fieldgate-simulator-'))
  folders.push(folder)
  return folder
}

export function nodeSpec(folder: string, nodeId: string, change: Partial<SimulatedNodeSpec> = {}): SimulatedNodeSpec {
  return {
    nodeId,
    path: join(folder, `${nodeId}.sqlite`),
    seed: `seed/${nodeId}`,
    sensor: sensorSpec(),
    scenario: 'quiet-day',
    ratePerSecond: 10,
    isRunning: true,
    ...change,
  }
}

export function query(path: string, sql: string): Record<string, unknown>[] {
  const database = new Database(path, { readonly: true })
  try {
    return database.prepare(sql).all() as Record<string, unknown>[]
  } finally {
    database.close()
  }
}
