import { readFileSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import { createRng } from '../support/rng.ts'
import { makeIdentity } from './fleetIdentity.ts'
import { readIdentity } from './identity.ts'
import type { SensorIdentity } from './identity.ts'
import { nearestKey } from './nearestKey.ts'
import { parseText } from './parseDocument.ts'
import { findPlace, jitterPlace, loadOwnPlaces, loadPlaces } from './places.ts'
import type { Place } from './places.ts'
import type { SimulatedNodeSpec } from './port.ts'
import { DEFAULT_SCENARIO } from './scenario.ts'
import type { Scenario } from './scenario.ts'
import { readSensorConfig } from './sensorConfig.ts'
import type { SensorConfig } from './sensorConfig.ts'
import { parseSpan } from './span.ts'

/** What a person asked of `fieldgate sensor`. Paths are relative to `cwd`; a flag wins over the environment, that over the file. */
export interface SensorRequest {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly config?: string | undefined
  readonly identity?: string | undefined
  readonly db?: string | undefined
  readonly dir?: string | undefined
  readonly nodes?: number | undefined
  readonly ratePerSecond?: number | undefined
  readonly scenario?: string | undefined
  readonly seed: string
  /** Spans as people write them: `90`, `10m`, `24h`. */
  readonly duration?: string | undefined
  readonly history?: string | undefined
}

export interface SensorRun {
  readonly nodes: readonly SimulatedNodeSpec[]
  readonly config: SensorConfig
  readonly configPath: string | undefined
  /** Remarks for the person who started it. */
  readonly notices: readonly string[]
}

/**
 * Works out which sensors a request means, from flags, environment, configuration and identity of the original's forms.
 * Touches no database. Throws `invalid` or `notFound` naming file and key, or the option.
 */
export function planSensorRun(
  request: SensorRequest,
  resources: string,
  scenarios: ReadonlyMap<string, Scenario>,
): SensorRun {
  const configPath = fileOf(request, request.config, 'CONFIG_FILE')
  const identityPath = fileOf(request, request.identity, 'IDENTITY_FILE')
  const config = readSensorConfigFile(configPath)
  const count = request.nodes ?? config.replicas.count
  if (count > 1 && request.db !== undefined) {
    throw new FieldgateError('invalid', `--db names one database, but ${count} nodes were asked for.`, {
      hint: 'Give a folder instead: --dir DIR. Each node gets a database of its own in it.',
    })
  }
  const scenario = checkScenario(request.scenario ?? DEFAULT_SCENARIO, scenarios)
  const rate = request.ratePerSecond ?? config.ratePerSecond
  const identities = identitiesOf(request, config, identityPath, count, resources)
  return {
    config,
    configPath,
    notices:
      config.ignored.length === 0
        ? []
        : [`These settings of the original have no effect here: ${config.ignored.join(', ')}.`],
    nodes: identities.map((identity, index) => {
      const nodeId = count === 1 ? identity.sensorId : nodeIdOf(config, index)
      return {
        nodeId,
        path: databaseOf(request, config, count, nodeId),
        seed: `${request.seed}/${nodeId}`,
        sensor: { identity, parameters: config.parameters, anomalies: config.anomalies },
        scenario,
        ratePerSecond: rate,
        runSeconds: request.duration === undefined ? config.runSeconds : parseSpan(request.duration, '--duration'),
        isRunning: true,
        ...(request.history === undefined
          ? {}
          : {
              history: {
                seconds: parseSpan(request.history, '--history'),
                ratePerSecond: Math.min(rate, HISTORY_RATE),
              },
            }),
      }
    }),
  }
}

/** Readings per second of made-up history at most: a day of a fleet stays a matter of seconds. */
const HISTORY_RATE = 0.1

/** The configuration file, or every default without one. */
export function readSensorConfigFile(path: string | undefined): SensorConfig {
  return readSensorConfig(path === undefined ? undefined : parseText(readText(path), path), path ?? 'configuration')
}

function fileOf(request: SensorRequest, flag: string | undefined, variable: string): string | undefined {
  const named = flag ?? request.env[variable]
  return named === undefined || named === '' ? undefined : absolute(request.cwd, named)
}

function absolute(cwd: string, path: string): string {
  return isAbsolute(path) ? path : resolve(cwd, path)
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new FieldgateError('notFound', `There is no readable file ${path}.`, {
      hint: 'Check the path given by flag or environment.',
      cause: error,
    })
  }
}

function checkScenario(id: string, scenarios: ReadonlyMap<string, Scenario>): string {
  if (scenarios.has(id)) return id
  const known = [...scenarios.keys()]
  const nearest = nearestKey(id, known)
  throw new FieldgateError('invalid', `There is no scenario "${id}".`, {
    hint: nearest === undefined ? `Known: ${known.join(', ')}.` : `Did you mean ${nearest}?`,
  })
}

function nodeIdOf(config: SensorConfig, index: number): string {
  return `${config.replicas.prefix}-${String(config.replicas.startIndex + index).padStart(4, '0')}`
}

function databaseOf(request: SensorRequest, config: SensorConfig, count: number, nodeId: string): string {
  if (request.db !== undefined) return absolute(request.cwd, request.db)
  if (request.dir !== undefined) return join(absolute(request.cwd, request.dir), `${nodeId}.sqlite`)
  const configured = absolute(request.cwd, config.databasePath)
  return count === 1 ? configured : join(dirname(configured), `${nodeId}.sqlite`)
}

/** One identity per node: the given one, numbered when there are several, or made up from the seed. */
function identitiesOf(
  request: SensorRequest,
  config: SensorConfig,
  identityPath: string | undefined,
  count: number,
  resources: string,
): readonly SensorIdentity[] {
  const rng = createRng(`${request.seed}/identities`)
  const own = loadOwnPlaces(resources)
  const { citiesFile, numberOfCities, gpsVariationMeters, isEnabled } = config.randomLocation
  const listed = wantedPlaces(
    citiesFile === undefined ? own : loadPlaces(absolute(request.cwd, citiesFile)),
    config.randomLocation,
  )
  const choosePlace = (): Place => jitterPlace(rng.pick(listed.slice(0, numberOfCities)), gpsVariationMeters, rng)
  const wantedPlace = request.env['SENSOR_LOCATION']
  const place =
    wantedPlace === undefined || wantedPlace === '' ? undefined : findPlace([...listed, ...own], wantedPlace)
  const sensorId = request.env['SENSOR_ID'] === '' ? undefined : request.env['SENSOR_ID']
  if (identityPath === undefined) {
    return Array.from({ length: count }, (_, index) => {
      const made = makeIdentity(place ?? choosePlace(), config.replicas.startIndex + index, rng)
      return sensorId === undefined ? made : { ...made, sensorId: numbered(sensorId, index, count) }
    })
  }
  const document = parseText(readText(identityPath), identityPath)
  const base = readIdentity(document, {
    name: identityPath,
    rng,
    sensorId,
    place,
    choosePlace: isEnabled ? choosePlace : undefined,
  })
  return Array.from({ length: count }, (_, index) => ({ ...base, sensorId: numbered(base.sensorId, index, count) }))
}

/** The cities that the configuration allows. Throws `invalid` when it allows none. */
function wantedPlaces(places: readonly Place[], location: SensorConfig['randomLocation']): readonly Place[] {
  const { includeCountries, excludeCountries, minPopulation, maxPopulation } = location
  const allowed = places.filter(
    ({ population, country }) =>
      population >= minPopulation &&
      population <= maxPopulation &&
      !excludeCountries.includes(country) &&
      (includeCountries.length === 0 || includeCountries.includes(country)),
  )
  if (allowed.length > 0) return allowed
  throw new FieldgateError('invalid', 'No city fits random_location.', {
    hint: 'Widen min_population, max_population, include_countries or exclude_countries.',
  })
}

function numbered(id: string, index: number, count: number): string {
  return count === 1 ? id : `${id}_${String(index + 1).padStart(4, '0')}`
}
