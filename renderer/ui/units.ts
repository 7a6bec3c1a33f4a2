import { canonicalUnit } from '../../shared/domain/units.ts'

/** How measurements are shown; stored values are never touched. */
export type UnitSystem = 'asMeasured' | 'metric' | 'imperial'

interface Conversion {
  readonly to: string
  readonly convert: (value: number) => number
}

const CELSIUS: Conversion = { to: '°C', convert: (f) => ((f - 32) * 5) / 9 }
const FAHRENHEIT: Conversion = { to: '°F', convert: (c) => (c * 9) / 5 + 32 }
const times = (to: string, factor: number): Conversion => ({ to, convert: (value) => value * factor })

const TO_METRIC: Readonly<Record<string, Conversion>> = {
  '°F': CELSIUS,
  psi: times('bar', 1 / 14.503_773_773),
  'in/s': times('mm/s', 25.4),
  ft: times('m', 0.3048),
  in: times('mm', 25.4),
  mph: times('km/h', 1.609_344),
  gal: times('l', 3.785_411_784),
}

const TO_IMPERIAL: Readonly<Record<string, Conversion>> = {
  '°C': FAHRENHEIT,
  bar: times('psi', 14.503_773_773),
  kPa: times('psi', 0.145_037_737_73),
  hPa: times('psi', 0.014_503_773_773),
  Pa: times('psi', 0.000_145_037_737_73),
  'mm/s': times('in/s', 1 / 25.4),
  m: times('ft', 1 / 0.3048),
  mm: times('in', 1 / 25.4),
  'km/h': times('mph', 1 / 1.609_344),
  l: times('gal', 1 / 3.785_411_784),
}

/** The unit a measurement is shown in and how to get there; an unknown unit stays as it is. */
export function shownUnit(
  unit: string | undefined,
  system: UnitSystem,
): { readonly unit: string | undefined; readonly convert: (value: number) => number } {
  const table = system === 'metric' ? TO_METRIC : system === 'imperial' ? TO_IMPERIAL : {}
  const conversion = unit === undefined ? undefined : table[canonicalUnit(unit) ?? unit]
  return conversion === undefined
    ? { unit, convert: (value) => value }
    : { unit: conversion.to, convert: conversion.convert }
}
