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
  return ({ atMs, values, anomaly }) => {
    const flag = anomaly === undefined ? 0 : 1
    const timestamp = `${new Date(atMs).toISOString().slice(0, 23)}+00:00`
    return [timestamp, ...values, flag, flag, anomaly ?? null, offsetAt(atMs)]
  }
}
