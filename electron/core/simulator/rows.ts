import type { FixedColumns, ReadingRow } from '../db/readingsSchema.ts'
import type { SensorIdentity } from './identity.ts'
import type { SensorReading } from './sensor.ts'
import { zoneOffset } from './zoneOffset.ts'

/** The columns of a sensor that are the same in each of its rows. */
export function fixedColumns(identity: SensorIdentity): FixedColumns {
  return {
    sensor_id: identity.sensorId,
    firmware_version: identity.firmwareVersion,
    model: identity.model,
    manufacturer: identity.manufacturer,
    location: identity.location,
    latitude: identity.latitude,
    longitude: identity.longitude,
    synced: 0,
    serial_number: identity.serialNumber,
    manufacture_date: identity.manufactureDate,
    deployment_type: identity.deploymentType,
    installation_date: identity.installationDate,
    height_meters: identity.heightMeters,
    orientation_degrees: identity.orientationDegrees,
    instance_id: identity.instanceId,
    sensor_type: identity.sensorType,
  }
}

/**
 * Turns readings into rows as the seed's sensor wrote them: UTC text with milliseconds and `+00:00`, the local offset of
 * that moment beside it, status 0 or 1, flag and type of the anomaly.
 */
export function rowMaker(timeZone: string): (reading: SensorReading) => ReadingRow {
  const offsetAt = zoneOffset(timeZone)
  const stampOf = stampMaker()
  return ({ atMs, values, anomaly }) => {
    const flag = anomaly === undefined ? 0 : 1
    return [stampOf(atMs), ...values, flag, flag, anomaly ?? null, offsetAt(atMs)]
  }
}

const HOUR_MS = 3_600_000

/** Times as text; the part down to the hour is made once per hour, because a day of history has a hundred thousand. */
function stampMaker(): (atMs: number) => string {
  let hour = Number.NaN
  let prefix = ''
  return (atMs) => {
    const wanted = Math.floor(atMs / HOUR_MS)
    if (wanted !== hour) {
      hour = wanted
      prefix = new Date(hour * HOUR_MS).toISOString().slice(0, 14)
    }
    const rest = atMs - hour * HOUR_MS
    const minute = Math.floor(rest / 60_000)
    const second = Math.floor(rest / 1000) % 60
    const millis = rest % 1000
    return `${prefix}${pad2(minute)}:${pad2(second)}.${millis < 100 ? `0${pad2(millis)}` : millis}+00:00`
  }
}

function pad2(value: number): string {
  return value < 10 ? `0${value}` : `${value}`
}
