import { expect, test } from 'vitest'
import { readIdentity } from '../../../electron/core/simulator/identity.ts'
import { makeIdentity } from '../../../electron/core/simulator/fleetIdentity.ts'
import { parseText } from '../../../electron/core/simulator/parseDocument.ts'
import { findPlace, jitterPlace, loadOwnPlaces } from '../../../electron/core/simulator/places.ts'
import { findResources } from '../../../electron/core/simulator/resources.ts'
import { createRng } from '../../../electron/core/support/rng.ts'
import { MIDLAND } from './helpers.ts'

const rng = createRng('id')

const NESTED = `{
  "sensor_id": "SENSOR_CO_DEN_8548",
  "location": { "city": "Denver", "state": "CO", "coordinates": { "latitude": 39.733741, "longitude": -104.990653 }, "timezone": "America/Denver", "address": "Denver, CO, USA" },
  "device_info": { "manufacturer": "DataLogger", "model": "AirData-Plus", "firmware_version": "DLG_v3.15.21", "serial_number": "DataLogger-578463", "manufacture_date": "2025-03-24" },
  "deployment": { "deployment_type": "mobile_unit", "installation_date": "2025-03-24", "height_meters": 8.3, "orientation_degrees": 183 },
  "metadata": { "instance_id": "i-04d485582534851c9", "identity_generation_timestamp": "2025-07-15T15:42:09.444892", "generation_seed": 200030087626269561895877314454571578463, "sensor_type": "environmental_monitoring" }
}`

const FLAT = `id: SENSOR_NY_123456
location: New York
latitude: 40.7128
longitude: -74.0060
timezone: America/New_York
manufacturer: SensorTech
model: TempSensor Pro
firmware_version: "1.4"
`

test('the nested identity of the original is read whole, its firmware with a prefix too', () => {
  expect(readIdentity(parseText(NESTED, 'node-identity.json'), { name: 'node-identity.json', rng })).toEqual({
    sensorId: 'SENSOR_CO_DEN_8548',
    location: 'Denver',
    latitude: 39.733741,
    longitude: -104.990653,
    timeZone: 'America/Denver',
    manufacturer: 'DataLogger',
    model: 'AirData-Plus',
    firmwareVersion: '3.15.21',
    serialNumber: 'DataLogger-578463',
    manufactureDate: '2025-03-24',
    deploymentType: 'mobile_unit',
    installationDate: '2025-03-24',
    heightMeters: 8.3,
    orientationDegrees: 183,
    instanceId: 'i-04d485582534851c9',
    sensorType: 'environmental_monitoring',
  })
})

test('the flat identity is read from YAML, and firmware 1.4 is 1.4.0', () => {
  const identity = readIdentity(parseText(FLAT, 'identity.yaml'), { name: 'identity.yaml', rng })
  expect(identity).toMatchObject({ sensorId: 'SENSOR_NY_123456', location: 'New York', firmwareVersion: '1.4.0' })
})

test('an unknown key is refused with the nearest known one, at every level', () => {
  const read = (document: unknown) => () => readIdentity(document, { name: 'identity.json', rng })
  expect(read({ id: 'a', lattitude: 1, longitude: 1 })).toThrowError(
    expect.objectContaining({
      code: 'invalid',
      message: expect.stringContaining('lattitude'),
      hint: 'Did you mean "latitude"?',
    }),
  )
  expect(read({ sensor_id: 'a', device_info: { firmware: '1.0.0' } })).toThrowError(
    expect.objectContaining({
      message: expect.stringContaining('device_info.firmware'),
      hint: expect.stringContaining('firmware_version'),
    }),
  )
  expect(read({ location: { city: 'x', coordinates: { latitude: 1, longtitude: 2 } } })).toThrowError(/identity\.json/)
})

test('coordinates off the globe, a firmware that is no version and an unknown zone are refused', () => {
  const read = (change: object) => () =>
    readIdentity({ id: 'a', latitude: 1, longitude: 2, ...change }, { name: 'i', rng })
  expect(read({ latitude: 91 })).toThrowError(/latitude/)
  expect(read({ firmware_version: 'newest' })).toThrowError(/newest/)
  expect(read({ timezone: 'America/Nowhere' })).toThrowError(/America\/Nowhere/)
})

test('SENSOR_ID replaces the id and SENSOR_LOCATION moves the sensor with its coordinates and zone', () => {
  const places = loadOwnPlaces(findResources())
  const identity = readIdentity(parseText(NESTED, 'n'), {
    name: 'n',
    rng,
    sensorId: 'MINE',
    place: findPlace(places, 'phoenix'),
  })
  expect(identity).toMatchObject({
    sensorId: 'MINE',
    location: 'Phoenix',
    latitude: 33.4484,
    timeZone: 'America/Phoenix',
  })
  expect(() => findPlace(places, 'Pheonix')).toThrowError(expect.objectContaining({ hint: 'Did you mean Phoenix?' }))
})

test('an identity without id and coordinates gets both, or is refused when no place may be chosen', () => {
  const made = readIdentity({ location: 'Midland' }, { name: 'i', rng, choosePlace: () => MIDLAND })
  expect(made.sensorId).toMatch(/^MIDL_[BCDFGHJKLMNPQRSTVWXYZ0-9]{6}$/)
  expect(made.latitude).toBe(31.99)
  expect(() => readIdentity({ location: 'Midland' }, { name: 'i', rng })).toThrowError(
    expect.objectContaining({ hint: expect.stringContaining('random_location') }),
  )
})

test('a made-up identity is the same for the same seed and stands near its place', () => {
  const first = makeIdentity(MIDLAND, 7, createRng('x'))
  expect(makeIdentity(MIDLAND, 7, createRng('x'))).toEqual(first)
  expect(makeIdentity(MIDLAND, 7, createRng('y'))).not.toEqual(first)
  expect(first.sensorId).toBe('SENSOR_TX_MID_0007')
  expect(Math.abs(first.latitude - MIDLAND.latitude)).toBeLessThan(0.01)
  const moved = jitterPlace(MIDLAND, 10, createRng('z'))
  expect(Math.abs(moved.latitude - MIDLAND.latitude)).toBeLessThanOrEqual(0.0001)
})
