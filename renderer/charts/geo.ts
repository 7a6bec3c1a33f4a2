import { geoAlbersUsa, geoEqualEarth, geoPath } from 'd3-geo'
import { feature, mesh } from 'topojson-client'
import type { GeometryCollection, Topology } from 'topojson-specification'
import usText from 'us-atlas/states-albers-10m.json?raw'
import worldText from 'world-atlas/countries-110m.json?raw'

export type MapView = 'us' | 'world'

/** Outlines in the units of `box`, and where a place lies in them; undefined when the view does not show it. */
export interface BaseMap {
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
  readonly land: string
  readonly borders: string
  readonly project: (latitude: number, longitude: number) => readonly [number, number] | undefined
}

const made = new Map<MapView, BaseMap>()

/** The bundled map of a view, made once. Data: us-atlas (US Census Bureau) and world-atlas (Natural Earth), public domain. */
export function baseMap(view: MapView): BaseMap {
  const known = made.get(view) ?? (view === 'us' ? makeUs() : makeWorld())
  made.set(view, known)
  return known
}

type Atlas = Topology<Readonly<Record<string, GeometryCollection>>>

/** FIPS codes of Alaska and Hawaii: the view shows the connected states; sites elsewhere belong to the world view. */
const OUTSIDE: ReadonlySet<string> = new Set(['02', '15'])

function isConnected(latitude: number, longitude: number): boolean {
  return latitude > 24 && latitude < 50 && longitude > -125.5 && longitude < -66
}

/** The us-atlas comes projected (Albers USA, 975 × 610); the same projection places the sites. */
function makeUs(): BaseMap {
  const atlas = JSON.parse(usText) as Atlas
  const all = atlas.objects['states'] as GeometryCollection
  const states = { ...all, geometries: all.geometries.filter(({ id }) => !OUTSIDE.has(String(id))) }
  const draw = geoPath().digits(1)
  const projection = geoAlbersUsa().scale(1300).translate([487.5, 305])
  return {
    box: { x: 30, y: 0, width: 910, height: 606 },
    land: draw(feature(atlas, states)) ?? '',
    borders: draw(mesh(atlas, states, (a, b) => a !== b)) ?? '',
    project: (latitude, longitude) =>
      isConnected(latitude, longitude) ? (projection([longitude, latitude]) ?? undefined) : undefined,
  }
}

function makeWorld(): BaseMap {
  const atlas = JSON.parse(worldText) as Atlas
  const countries = atlas.objects['countries'] as GeometryCollection
  const projection = geoEqualEarth().fitExtent(
    [
      [0, 0],
      [960, 470],
    ],
    { type: 'Sphere' },
  )
  const draw = geoPath(projection).digits(1)
  return {
    box: { x: 0, y: 0, width: 960, height: 430 },
    land: draw(feature(atlas, countries)) ?? '',
    borders: draw(mesh(atlas, countries, (a, b) => a !== b)) ?? '',
    project: (latitude, longitude) => projection([longitude, latitude]) ?? undefined,
  }
}
