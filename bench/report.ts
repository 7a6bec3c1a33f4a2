import type { Flavour } from './data.ts'

export type Figures = Readonly<Record<string, number>>

/** Everything measured for one flavour of data. */
export interface FlavourResults {
  readonly flavour: Flavour
  readonly speed: Figures
  readonly memory: Figures
  readonly bytes: Figures
  readonly endToEnd: Figures
  readonly pandas: Figures
}

export interface BenchResults {
  readonly rows: number
  readonly takenAt: string
  readonly node: string
  readonly cpus: number
  /** Load average of the machine when it began: figures of a busy machine are not those of an idle one. */
  readonly load: number
  readonly flavours: readonly FlavourResults[]
}

export interface Verdict {
  readonly what: string
  readonly measured: string
  readonly target: string
  readonly verdict: 'ok' | 'short' | 'absent'
}

/** What the targets of the project say to the figures. */
export function judge({ flavour, speed, memory, bytes, endToEnd, pandas }: FlavourResults): readonly Verdict[] {
  const atLeast = (what: string, value: number | undefined, target: number): Verdict =>
    verdictOf(what, value, `≥ ${target}`, (found) => found >= target)
  const atMost = (what: string, value: number | undefined, target: number): Verdict =>
    verdictOf(what, value, `≤ ${target}`, (found) => found <= target)
  return [
    atLeast('one worker ÷ reading alone', ratio(speed['oneWorker'], speed['readAlone']), 0.5),
    atLeast('the same by processor time', ratio(speed['oneWorkerByCpu'], speed['readAloneByCpu']), 0.5),
    atLeast('two workers ÷ one worker', ratio(speed['twoWorkers'], speed['oneWorker']), 1.8),
    atLeast(
      'the same, inferred from processor time on free cores',
      twice(ratio(speed['twoWorkersByCpu'], speed['oneWorkerByCpu'])),
      1.8,
    ),
    atLeast('one worker ÷ parquetjs-lite', ratio(speed['oneWorker'], speed['parquetjsLite']), 20),
    atLeast('one worker ÷ pandas', ratio(speed['oneWorker'], pandas['rowsPerSecond']), 3),
    atMost(
      'bytes per row ÷ DuckDB (snappy)',
      ratio(bytes['snappy'], bytes['duckdb_snappy']),
      flavour === 'full' ? 0.9 : 0.65,
    ),
    atMost('extra memory, MB', memory['extraMB'], 96),
    atMost('extra memory after tenfold rows, MB', memory['extraAfterTenfoldMB'], 96),
    atMost('event loop p99 while uploading, ms', endToEnd['eventLoopP99Ms'], 16),
    atMost('event loop p99 of an idle process at that time, ms', endToEnd['idleP99Ms'], 16),
  ]
}

function verdictOf(
  what: string,
  value: number | undefined,
  target: string,
  isMet: (value: number) => boolean,
): Verdict {
  if (value === undefined) return { what, measured: '', target, verdict: 'absent' }
  return { what, measured: value.toFixed(2), target, verdict: isMet(value) ? 'ok' : 'short' }
}

/** Two threads that each do this much of what one does. */
function twice(share: number | undefined): number | undefined {
  return share === undefined ? undefined : share * 2
}

function ratio(value: number | undefined, of: number | undefined): number | undefined {
  return value === undefined || of === undefined ? undefined : value / of
}

/** The results as a page. */
export function formatResults(results: BenchResults): string {
  const { rows, node, cpus, load } = results
  const parts = results.flavours.map((result) => {
    const rates = {
      ...result.speed,
      endToEnd: result.endToEnd['rowsPerSecond'],
      proof: result.endToEnd['proofRowsPerSecond'],
      duckdbFromMemory: result.bytes['duckdbRowsPerSecond'],
      pandas: result.pandas['rowsPerSecond'],
    }
    const sizes = Object.entries(result.bytes).filter(([name]) => name !== 'duckdbRowsPerSecond')
    return [
      `## ${result.flavour === 'full' ? 'Full-precision readings' : 'Readings rounded to two decimals'}`,
      table(
        ['', 'measured', 'target', 'verdict'],
        judge(result).map((verdict) => [verdict.what, verdict.measured, verdict.target, verdict.verdict]),
      ),
      table(
        ['rows per second', ''],
        Object.entries(rates).map(([name, value]) => [
          name,
          value === undefined ? 'absent' : Math.round(value).toLocaleString('en'),
        ]),
      ),
      table(
        ['bytes per row', ''],
        sizes.map(([name, value]) => [name, value.toFixed(2)]),
      ),
    ].join('\n\n')
  })
  return [
    `# Benchmark: ${rows.toLocaleString('en')} rows`,
    `Made by \`npm run bench -- --rows ${rows}\` on ${results.takenAt.slice(0, 10)} with Node ${node}, ${cpus} cores, load average ${load.toFixed(1)} at the start. Ratios are of one run; absolute figures are of this machine at this load only.`,
    ...parts,
    '',
  ].join('\n\n')
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
