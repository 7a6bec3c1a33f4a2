interface DiskSample {
  readonly atMs: number
  readonly freeBytes: number
}

/** What was free on each disk over the last hours: the doctor's memory for a forecast. */
export interface DiskHistory {
  /** Takes a sample in and gives the folder's oldest one still kept. */
  note(folder: string, sample: DiskSample): DiskSample
}

const KEEP_MS = 6 * 3_600_000
const EVERY_MS = 60_000

/** A memory that keeps at most one sample a minute for six hours. */
export function createDiskHistory(): DiskHistory {
  const byFolder = new Map<string, DiskSample[]>()
  return {
    note(folder, sample) {
      const samples = byFolder.get(folder) ?? []
      byFolder.set(folder, samples)
      const last = samples.at(-1)
      if (last === undefined || sample.atMs - last.atMs >= EVERY_MS) samples.push(sample)
      while (samples.length > 1 && sample.atMs - (samples[0] as DiskSample).atMs > KEEP_MS) samples.shift()
      return samples[0] as DiskSample
    },
  }
}
