/** Units of one quantity: each as `base = value × factor + offset` of the quantity's first unit. */
interface Unit {
  readonly quantity: Quantity
  readonly factor: number
  readonly offset: number
}

type Quantity = 'pressure' | 'temperature' | 'ratio' | 'voltage' | 'acceleration' | 'length'

/** Canonical spelling → conversion to hPa, °C, %, V, m/s², m. Factors: SI brochure, 9th edition. */
const UNITS: Readonly<Record<string, Unit>> = {
  hPa: { quantity: 'pressure', factor: 1, offset: 0 },
  Pa: { quantity: 'pressure', factor: 0.01, offset: 0 },
  kPa: { quantity: 'pressure', factor: 10, offset: 0 },
  bar: { quantity: 'pressure', factor: 1000, offset: 0 },
  psi: { quantity: 'pressure', factor: 68.947_572_931_683_6, offset: 0 },
  '°C': { quantity: 'temperature', factor: 1, offset: 0 },
  '°F': { quantity: 'temperature', factor: 5 / 9, offset: -160 / 9 },
  K: { quantity: 'temperature', factor: 1, offset: -273.15 },
  '%': { quantity: 'ratio', factor: 1, offset: 0 },
  V: { quantity: 'voltage', factor: 1, offset: 0 },
  mV: { quantity: 'voltage', factor: 0.001, offset: 0 },
  'm/s²': { quantity: 'acceleration', factor: 1, offset: 0 },
  'mm/s²': { quantity: 'acceleration', factor: 0.001, offset: 0 },
  g: { quantity: 'acceleration', factor: 9.806_65, offset: 0 },
  m: { quantity: 'length', factor: 1, offset: 0 },
}

const SPELLINGS: Readonly<Record<string, string>> = {
  hpa: 'hPa',
  mbar: 'hPa',
  hectopascal: 'hPa',
  pa: 'Pa',
  pascal: 'Pa',
  kpa: 'kPa',
  kilopascal: 'kPa',
  bar: 'bar',
  psi: 'psi',
  c: '°C',
  '°c': '°C',
  degc: '°C',
  celsius: '°C',
  f: '°F',
  '°f': '°F',
  degf: '°F',
  fahrenheit: '°F',
  k: 'K',
  kelvin: 'K',
  '%': '%',
  percent: '%',
  pct: '%',
  v: 'V',
  volt: 'V',
  volts: 'V',
  mv: 'mV',
  millivolt: 'mV',
  'm/s²': 'm/s²',
  'm/s2': 'm/s²',
  'm/s^2': 'm/s²',
  'mm/s²': 'mm/s²',
  'mm/s2': 'mm/s²',
  'mm/s^2': 'mm/s²',
  g: 'g',
  m: 'm',
  meter: 'm',
  metre: 'm',
}

/** What a contract says instead of a unit when each value shows by its size in which unit it is. */
export const INFER_UNIT = 'infer'

/** The canonical spelling of a unit, or undefined for one that is not known. */
export function canonicalUnit(spelling: string): string | undefined {
  return SPELLINGS[spelling.trim().toLowerCase()]
}

/**
 * A converter between two units of one quantity, or undefined when one is unknown or they measure different things.
 * A unit converted to itself gives the value unchanged, bit for bit.
 */
export function unitConverter(from: string, to: string): ((value: number) => number) | undefined {
  const source = canonicalUnit(from)
  const target = canonicalUnit(to)
  if (source === undefined || target === undefined) return undefined
  if (source === target) return (value) => value
  const a = UNITS[source] as Unit
  const b = UNITS[target] as Unit
  if (a.quantity !== b.quantity) return undefined
  return (value) => (value * a.factor + a.offset - b.offset) / b.factor
}

/**
 * The pressure unit that a value of this size can only mean among those sensors write: up to 50 bar, up to 250 kPa,
 * up to 2,500 hPa, else Pa. Holds for industrial pressure in bar (10 to 15) and for the atmosphere in the other three.
 */
export function inferPressureUnit(value: number): 'bar' | 'kPa' | 'hPa' | 'Pa' {
  const size = Math.abs(value)
  if (size < 50) return 'bar'
  if (size < 250) return 'kPa'
  return size < 2500 ? 'hPa' : 'Pa'
}
