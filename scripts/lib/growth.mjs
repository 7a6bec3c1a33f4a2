/** What a process may gain per hour, from the second half of its samples; the first half is for warming up. */
export const BOUNDS = [
  { name: 'memory', key: 'rssBytes', perHour: 32 << 20, spare: 48 << 20 },
  { name: 'open files', key: 'openFiles', perHour: 4, spare: 24 },
  // An object of the demo fleet leaves 1.1 KiB for good; 48 nodes deliver 16,500 an hour.
  { name: 'ledger', key: 'ledgerBytes', perHour: 28 << 20, spare: 6 << 20 },
]

/**
 * The figures that grew beyond their bound, as sentences. Samples are `{ atMs, rssBytes, openFiles, ledgerBytes }`, oldest
 * first. Growth is the difference of the medians of the third and the last quarter, so that one peak counts for nothing.
 */
export function findGrowth(samples) {
  if (samples.length < 4) return [`${samples.length} samples are too few to judge; let it run longer`]
  const quarter = Math.floor(samples.length / 4)
  const before = samples.slice(2 * quarter, 3 * quarter)
  const last = samples.slice(-quarter)
  const hours = (median(last, 'atMs') - median(before, 'atMs')) / 3_600_000
  return BOUNDS.flatMap(({ name, key, perHour, spare }) => {
    const grown = median(last, key) - median(before, key)
    const allowed = spare + perHour * hours
    return grown > allowed ? [`${name} grew by ${Math.round(grown)}, more than ${Math.round(allowed)}`] : []
  })
}

function median(samples, key) {
  const sorted = samples.map((sample) => sample[key]).toSorted((a, b) => a - b)
  return sorted[sorted.length >> 1]
}

/** What each figure gained per hour in the second half of the samples: the slope of the straight line that fits best. */
export function slopes(samples) {
  const half = samples.slice(Math.floor(samples.length / 2))
  return BOUNDS.map(({ name, key }) => ({ name, key, perHour: slope(half, key) * 3_600_000 }))
}

/** Least squares; 0 for samples of one moment. */
function slope(samples, key) {
  const mean = (of) => samples.reduce((sum, sample) => sum + sample[of], 0) / samples.length
  const [atMs, value] = [mean('atMs'), mean(key)]
  const spread = samples.reduce((sum, sample) => sum + (sample.atMs - atMs) ** 2, 0)
  const common = samples.reduce((sum, sample) => sum + (sample.atMs - atMs) * (sample[key] - value), 0)
  return spread === 0 ? 0 : common / spread
}
