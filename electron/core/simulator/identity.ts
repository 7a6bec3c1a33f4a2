import { z } from 'zod'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import type { Rng } from '../support/rng.ts'
import { checkDocument } from './parseDocument.ts'
import type { Place } from './places.ts'
import { zoneOffset } from './zoneOffset.ts'

/** Who a sensor is: everything in its rows that does not change with the reading. */
export interface SensorIdentity {
  readonly sensorId: string
  readonly location: string
  readonly latitude: number
  readonly longitude: number
  /** IANA name. */
  readonly timeZone: string
  readonly manufacturer: string | null
  readonly model: string | null
  readonly firmwareVersion: string | null
  readonly serialNumber: string | null
  readonly manufactureDate: string | null
  readonly deploymentType: string | null
  readonly installationDate: string | null
  readonly heightMeters: number | null
  readonly orientationDegrees: number | null
  readonly instanceId: string | null
  readonly sensorType: string | null
}

const text = z.string().min(1).max(200)
const latitude = z.number().min(-90).max(90)
const longitude = z.number().min(-180).max(180)
const date = z.union([z.iso.date(), z.iso.datetime({ local: true, offset: true })])

const flat = z.strictObject({
  id: text.optional(),
  location: text.optional(),
  latitude: latitude.optional(),
  longitude: longitude.optional(),
  timezone: text.optional(),
  manufacturer: text.optional(),
  model: text.optional(),
  firmware_version: text.optional(),
})

const nested = z.strictObject({
  sensor_id: text.optional(),
  location: z
    .strictObject({
      city: text.optional(),
      state: text.optional(),
      coordinates: z.strictObject({ latitude, longitude }).optional(),
      timezone: text.optional(),
      address: text.optional(),
    })
    .optional(),
  device_info: z
    .strictObject({
      manufacturer: text.optional(),
      model: text.optional(),
      firmware_version: text.optional(),
      serial_number: text.optional(),
      manufacture_date: date.optional(),
    })
    .optional(),
  deployment: z
    .strictObject({
      deployment_type: text.optional(),
      installation_date: date.optional(),
      height_meters: z.number().optional(),
      orientation_degrees: z.number().min(0).max(360).optional(),
    })
    .optional(),
  metadata: z
    .strictObject({
      instance_id: text.optional(),
      identity_generation_timestamp: text.optional(),
      generation_seed: z.union([z.number(), z.string()]).optional(),
      sensor_type: text.optional(),
    })
    .optional(),
})

const NESTED_SECTIONS = ['device_info', 'deployment', 'metadata', 'sensor_id']

interface IdentityOptions {
  /** Name of the file, for messages. */
  readonly name: string
  /** Replaces the id (the original read SENSOR_ID and ignored it). */
  readonly sensorId?: string | undefined
  /** Moves the sensor to this place, coordinates and zone included (the original renamed the city only). */
  readonly place?: Place | undefined
  /** Where a sensor without coordinates may be put; undefined refuses such an identity. */
  readonly choosePlace?: (() => Place) | undefined
  readonly rng: Rng
}

/**
 * Reads an identity of either shape (flat or nested) of the original. A missing id is made from the city; missing
 * coordinates come from `choosePlace`. Throws `invalid` naming file, key and the nearest known key.
 */
export function readIdentity(document: unknown, options: IdentityOptions): SensorIdentity {
  const read = toIdentity(document, options.name)
  const place =
    options.place ?? (read.latitude === null || read.longitude === null ? options.choosePlace?.() : undefined)
  if (place === undefined && (read.latitude === null || read.longitude === null)) {
    throw new FieldgateError('invalid', `${options.name}: the identity has no coordinates.`, {
      hint: 'Give latitude and longitude, or set random_location.enabled: true.',
    })
  }
  const timeZone = options.place?.timeZone ?? read.timeZone ?? place?.timeZone ?? 'UTC'
  zoneOffset(timeZone)
  const location = options.place?.city ?? read.location ?? place?.city ?? 'Unknown'
  return {
    ...read,
    sensorId: options.sensorId ?? read.sensorId ?? makeSensorId(location, options.rng),
    location,
    latitude: place?.latitude ?? (read.latitude as number),
    longitude: place?.longitude ?? (read.longitude as number),
    timeZone,
  }
}

type ReadIdentity = { readonly [K in keyof SensorIdentity]: SensorIdentity[K] | null }

function toIdentity(document: unknown, name: string): ReadIdentity {
  const isNested =
    typeof document === 'object' &&
    document !== null &&
    (NESTED_SECTIONS.some((section) => section in document) ||
      ('location' in document && typeof document.location === 'object'))
  if (!isNested) {
    const identity = checkDocument(flat, document ?? {}, name, () => Object.keys(flat.shape))
    return {
      ...NOTHING,
      sensorId: identity.id ?? null,
      location: identity.location ?? null,
      latitude: identity.latitude ?? null,
      longitude: identity.longitude ?? null,
      timeZone: identity.timezone ?? null,
      manufacturer: identity.manufacturer ?? null,
      model: identity.model ?? null,
      firmwareVersion: readFirmware(identity.firmware_version, name),
    }
  }
  const identity = checkDocument(nested, document, name, knownNested)
  return {
    sensorId: identity.sensor_id ?? null,
    location: identity.location?.city ?? null,
    latitude: identity.location?.coordinates?.latitude ?? null,
    longitude: identity.location?.coordinates?.longitude ?? null,
    timeZone: identity.location?.timezone ?? null,
    manufacturer: identity.device_info?.manufacturer ?? null,
    model: identity.device_info?.model ?? null,
    firmwareVersion: readFirmware(identity.device_info?.firmware_version, name),
    serialNumber: identity.device_info?.serial_number ?? null,
    manufactureDate: identity.device_info?.manufacture_date ?? null,
    deploymentType: identity.deployment?.deployment_type ?? null,
    installationDate: identity.deployment?.installation_date ?? null,
    heightMeters: identity.deployment?.height_meters ?? null,
    orientationDegrees: identity.deployment?.orientation_degrees ?? null,
    instanceId: identity.metadata?.instance_id ?? null,
    sensorType: identity.metadata?.sensor_type ?? null,
  }
}

const NOTHING: ReadIdentity = {
  sensorId: null,
  location: null,
  latitude: null,
  longitude: null,
  timeZone: null,
  manufacturer: null,
  model: null,
  firmwareVersion: null,
  serialNumber: null,
  manufactureDate: null,
  deploymentType: null,
  installationDate: null,
  heightMeters: null,
  orientationDegrees: null,
  instanceId: null,
  sensorType: null,
}

function knownNested(path: readonly PropertyKey[]): readonly string[] {
  const [section, inner] = path
  if (section === undefined) return Object.keys(nested.shape)
  if (section === 'location') {
    return inner === 'coordinates' ? ['latitude', 'longitude'] : ['city', 'state', 'coordinates', 'timezone', 'address']
  }
  const shape = nested.shape[section as 'device_info' | 'deployment' | 'metadata']
  return Object.keys(shape.unwrap().shape)
}

/** SemVer with or without patch, and with a maker's prefix: `1.4` and `DLG_v3.15.21` made the original crash-loop. */
const FIRMWARE = /^(?:[A-Za-z]{1,8}[_-])?v?(\d+)\.(\d+)(?:\.(\d+))?((?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?)$/

function readFirmware(version: string | undefined, name: string): string | null {
  if (version === undefined) return null
  const parts = FIRMWARE.exec(version)
  if (parts === null) {
    throw new FieldgateError('invalid', `${name}: firmware_version "${version}" is not a version.`, {
      hint: 'Use MAJOR.MINOR.PATCH, such as 1.4.0.',
    })
  }
  const [, major = '0', minor = '0', patch = '0', rest = ''] = parts
  return `${Number(major)}.${Number(minor)}.${Number(patch)}${rest}`
}

const ID_LETTERS = 'BCDFGHJKLMNPQRSTVWXYZ0123456789'.split('')

/** Four letters of the city and six consonants or digits, as the original makes ids. */
function makeSensorId(city: string, rng: Rng): string {
  const letters = city
    .replace(/[^A-Za-z]/g, '')
    .slice(0, 4)
    .toUpperCase()
    .padEnd(4, 'X')
  return `${letters}_${Array.from({ length: 6 }, () => rng.pick(ID_LETTERS)).join('')}`
}
