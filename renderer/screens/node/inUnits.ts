import { useEffect, useMemo, useState } from 'react'
import type { SeriesField, SeriesWindow } from '../../../shared/domain/series.ts'
import { usePreferences } from '../../stores/preferences.ts'
import { readSeries } from '../../stores/series.ts'
import { shownUnit } from '../../ui/units.ts'
import type { UnitSystem } from '../../ui/units.ts'

/** A series in the units of the settings; fields whose unit is unknown stay as measured. */
export function inUnits(series: SeriesWindow, system: UnitSystem): SeriesWindow {
  return system === 'asMeasured' ? series : { ...series, fields: series.fields.map((field) => convert(field, system)) }
}

function convert(field: SeriesField, system: UnitSystem): SeriesField {
  const shown = shownUnit(field.unit, system)
  if (shown.unit === field.unit) return field
  const all = (values: readonly (number | null)[]) =>
    values.map((value) => (value === null ? null : shown.convert(value)))
  return { name: field.name, unit: shown.unit, min: all(field.min), max: all(field.max), mean: all(field.mean) }
}

/** The same, for a component; keeps its identity until series or setting change. */
export function useInUnits(series: SeriesWindow | undefined): SeriesWindow | undefined {
  const system = usePreferences((state) => state.units)
  return useMemo(() => (series === undefined ? undefined : inUnits(series, system)), [series, system])
}

/** How a column's number is shown: its unit, and the value in it. */
export interface ShownColumn {
  readonly unit: string | undefined
  readonly convert: (value: number) => number
}

const AS_MEASURED: ShownColumn = { unit: undefined, convert: (value) => value }

/** The columns of a node's table as they are shown; one nobody knows the unit of stays as it is. */
export function useShownColumns(nodeId: string): (column: string) => ShownColumn {
  const system = usePreferences((state) => state.units)
  const [units, setUnits] = useState<ReadonlyMap<string, string | undefined>>(new Map())
  useEffect(() => {
    const controller = new AbortController()
    readSeries(nodeId, undefined, 10, controller.signal).then(
      ({ fields }) => setUnits(new Map(fields.map((field) => [field.name, field.unit]))),
      // Without units the numbers stand as they were measured.
      () => undefined,
    )
    return () => controller.abort()
  }, [nodeId])
  return useMemo(() => {
    const columns = new Map([...units].map(([name, unit]) => [name, shownUnit(unit, system)]))
    return (name) => columns.get(name) ?? AS_MEASURED
  }, [units, system])
}
