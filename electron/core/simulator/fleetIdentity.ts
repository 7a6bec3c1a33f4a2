import type { Rng } from '../support/rng.ts'
import type { SensorIdentity } from './identity.ts'
import { jitterPlace } from './places.ts'
import type { Place } from './places.ts'

/** Makers of simulated sensors with their models; the first three are those the anomaly tables know. */
const MAKERS: Readonly<Record<string, readonly string[]>> = {
  SensorTech: ['TempSensor-Pro', 'EnvMonitor-3000', 'FieldProbe-2'],
  EnvMonitors: ['EnvMonitor-3000', 'EnvMonitor-4000', 'EnvMonitor-5000'],
  IoTPro: ['EnvMonitor-5000', 'EdgeSense-1', 'EdgeSense-2'],
  DataLogger: ['AirData-Plus', 'AirData-Mini', 'AirData-Max'],
  WeatherFlow: ['Mast-100', 'Mast-200', 'Mast-300'],
}

const DEPLOYMENTS = ['rooftop', 'street_pole', 'ground_station', 'mobile_unit']
const FIRMWARES = ['1.4.0', '1.4.2', '1.5.0', '1.5.3', '2.1.0', '3.15.21']
const DAY_MS = 86_400_000
/** Dates of made-up sensors lie in the two years before this day, so that they never depend on when they are made. */
const NEWEST_DATE_MS = Date.UTC(2025, 6, 1)
const HEX = '0123456789abcdef'.split('')

/** The identity of one sensor of a made-up fleet: the same for the same generator and number, on every machine. */
export function makeIdentity(place: Place, number: number, rng: Rng): SensorIdentity {
  const manufacturer = rng.pick(Object.keys(MAKERS))
  const at = jitterPlace(place, 900, rng)
  const manufactured = NEWEST_DATE_MS - rng.int(200, 730) * DAY_MS
  const letters = place.city
    .replace(/[^A-Za-z]/g, '')
    .slice(0, 3)
    .toUpperCase()
    .padEnd(3, 'X')
  return {
    sensorId: `SENSOR_${place.state || 'XX'}_${letters}_${String(number).padStart(4, '0')}`,
    location: place.city,
    latitude: at.latitude,
    longitude: at.longitude,
    timeZone: place.timeZone,
    manufacturer,
    model: rng.pick(MAKERS[manufacturer] as readonly string[]),
    firmwareVersion: rng.pick(FIRMWARES),
    serialNumber: `${manufacturer}-${rng.int(100_000, 999_999)}`,
    manufactureDate: isoDate(manufactured),
    deploymentType: rng.pick(DEPLOYMENTS),
    installationDate: isoDate(manufactured + rng.int(10, 180) * DAY_MS),
    heightMeters: Math.round((2 + rng.next() * 48) * 10) / 10,
    orientationDegrees: rng.int(0, 359),
    instanceId: `i-${Array.from({ length: 17 }, () => rng.pick(HEX)).join('')}`,
    sensorType: 'environmental_monitoring',
  }
}

function isoDate(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}
