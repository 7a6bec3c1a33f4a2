import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import type { Rng } from '../support/rng.ts'
import { nearestKey } from './nearestKey.ts'
import { checkDocument, parseText } from './parseDocument.ts'

/** A town where a sensor can stand. */
export interface Place {
  readonly city: string
  readonly state: string
  readonly country: string
  readonly latitude: number
  readonly longitude: number
  readonly timeZone: string
  readonly population: number
}

/** A list of cities: ours, or the original's `cities.json`, whose places have no state and no zone. */
const citiesFile = z.union([
  z.array(z.looseObject({})),
  z.looseObject({ cities: z.array(z.looseObject({})) }).transform((file) => file.cities),
])

const city = z.looseObject({
  name: z.string().optional(),
  city: z.string().optional(),
  full_name: z.string().optional(),
  state: z.string().default(''),
  country: z.string().default('US'),
  latitude: z.number().min(-90).max(90).optional(),
  longitude: z.number().min(-180).max(180).optional(),
  lat: z.number().min(-90).max(90).optional(),
  lon: z.number().min(-180).max(180).optional(),
  timezone: z.string().optional(),
  population: z.number().default(0),
})

/** The towns of a cities file, largest first. Throws `invalid` naming the file. */
export function loadPlaces(path: string): readonly Place[] {
  const entries = checkDocument(citiesFile, parseText(readFileSync(path, 'utf8'), path), path, () => ['cities'])
  return entries
    .map((entry) => checkDocument(city, entry, path, () => Object.keys(city.shape)))
    .map((entry) => ({
      city: entry.city ?? entry.name ?? entry.full_name ?? 'Unknown',
      state: entry.state,
      country: entry.country,
      latitude: entry.latitude ?? entry.lat ?? 0,
      longitude: entry.longitude ?? entry.lon ?? 0,
      timeZone: entry.timezone ?? 'UTC',
      population: entry.population,
    }))
    .toSorted((a, b) => b.population - a.population)
}

/** The towns that come with Fieldgate. */
export function loadOwnPlaces(resources: string): readonly Place[] {
  return loadPlaces(join(resources, 'demo', 'cities.json'))
}

/** The town of that name. Throws `notFound` naming the nearest one. */
export function findPlace(places: readonly Place[], name: string): Place {
  const wanted = name.trim().toLowerCase()
  const found = places.find((place) => place.city.toLowerCase() === wanted)
  if (found !== undefined) return found
  const names = places.map((place) => place.city)
  const nearest = nearestKey(name, names)
  throw new FieldgateError('notFound', `"${name}" is not in the list of cities.`, {
    hint: nearest === undefined ? `Known: ${names.slice(0, 12).join(', ')}.` : `Did you mean ${nearest}?`,
  })
}

/** A town of the list, moved by up to `variationMeters` in each direction; coordinates to five decimals. */
export function jitterPlace(place: Place, variationMeters: number, rng: Rng): Place {
  const metersPerDegree = 111_320
  const north = ((rng.next() * 2 - 1) * variationMeters) / metersPerDegree
  const east =
    ((rng.next() * 2 - 1) * variationMeters) /
    (metersPerDegree * Math.max(0.01, Math.cos((place.latitude * Math.PI) / 180)))
  const round = (degrees: number): number => Math.round(degrees * 1e5) / 1e5
  return { ...place, latitude: round(place.latitude + north), longitude: round(place.longitude + east) }
}
