import type { MapSite } from '../../charts/SiteMap.tsx'

const PLACES = [
  ['Midland Field', 32.0, -102.08],
  ['Erie Shore Wind', 42.13, -80.09],
  ['Duluth Port', 46.79, -92.1],
  ['Macon Mill', 32.84, -83.63],
  ['Tulsa Refinery', 36.15, -95.99],
  ['Yakima Irrigation', 46.6, -120.51],
  ['Denver Water', 39.74, -104.99],
  ['Pueblo Works', 38.25, -104.61],
  ['Billings Rail', 45.78, -108.5],
  ['Boise Hydro', 43.62, -116.2],
  ['El Paso Solar', 31.76, -106.49],
  ['Fargo Grain', 46.88, -96.79],
] as const

/** The picture on the demo's door: twelve calm sites. */
export const DEMO_SITES: readonly MapSite[] = PLACES.map(([name, latitude, longitude]) => ({
  id: name,
  name,
  latitude,
  longitude,
  state: 'ok',
  nodes: 4,
  hasEmergency: false,
}))
