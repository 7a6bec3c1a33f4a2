/** One field over time, binned: `min`, `max` and `mean` per bin; null where a bin has no value. */
export interface SeriesField {
  readonly name: string
  readonly unit: string | undefined
  readonly min: readonly (number | null)[]
  readonly max: readonly (number | null)[]
  readonly mean: readonly (number | null)[]
}

/** Readings that carried an anomaly flag, joined while they touch. */
export interface AnomalySpan {
  readonly type: string
  readonly fromMs: number
  readonly toMs: number
  readonly readings: number
}

/** All numeric fields of a node in one time window. `timesMs[i]` is the start of bin i; bins are `binMs` wide. */
export interface SeriesWindow {
  readonly nodeId: string
  readonly table: string
  readonly fromMs: number
  readonly toMs: number
  readonly binMs: number
  readonly timesMs: readonly number[]
  readonly fields: readonly SeriesField[]
  readonly anomalies: readonly AnomalySpan[]
  readonly rowsRead: number
  /** Event times of the whole table. */
  readonly firstMs: number | undefined
  readonly newestMs: number | undefined
}
