import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { createDatabase } from './data.ts'
import type { Flavour } from './data.ts'
import { formatResults, judge } from './report.ts'
import type { BenchResults, Figures, FlavourResults } from './report.ts'

const run = promisify(execFile)
const HERE = fileURLToPath(new URL('.', import.meta.url))

const HELP = `Measures SQLite → Parquet → embedded S3 against its targets and baselines.

  npm run bench [-- --rows 1000000] [--flavour full|rounded] [--keep]

  --rows N       rows of the database (default 1,000,000)
  --flavour F    only full-precision or only rounded readings
  --keep         leave the databases in the temporary folder
`

async function stage(name: string, path: string, rows: number, work: string): Promise<Figures> {
  process.stderr.write(`  ${name} …\n`)
  const input = JSON.stringify({ path, rows, folder: join(work, name) })
  const { stdout } = await run(process.execPath, [join(HERE, 'runStage.ts'), name, input], { maxBuffer: 1 << 24 })
  return JSON.parse(stdout) as Figures
}

async function measure(flavour: Flavour, rows: number, work: string): Promise<FlavourResults> {
  process.stderr.write(`${flavour}: ${rows.toLocaleString('en')} rows\n`)
  const path = join(work, `${flavour}.db`)
  createDatabase(path, rows, flavour)
  return {
    flavour,
    speed: await stage('speed', path, rows, work),
    memory: await stage('memory', path, Math.min(rows, 1_000_000), work),
    bytes: await stage('bytes', path, rows, work),
    endToEnd: await stage('endToEnd', path, rows, work),
    pandas: await stage('pandas', path, rows, work),
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rows: { type: 'string', default: '1000000' },
      flavour: { type: 'string' },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return void process.stdout.write(HELP)
  const rows = Number(values.rows)
  const flavours = (['full', 'rounded'] as const).filter(
    (flavour) => values.flavour === undefined || values.flavour === flavour,
  )
  if (!Number.isInteger(rows) || rows < 1 || flavours.length === 0) {
    process.stderr.write(HELP)
    process.exitCode = 2
    return
  }
  const work = mkdtempSync(join(tmpdir(), 'fieldgate-bench-'))
  const load = loadavg()[0] ?? 0
  const measured: FlavourResults[] = []
  try {
    for (const flavour of flavours) measured.push(await measure(flavour, rows, work))
  } finally {
    if (!values.keep) rmSync(work, { recursive: true, force: true })
  }
  const results: BenchResults = {
    rows,
    takenAt: new Date().toISOString(),
    node: process.version,
    cpus: availableParallelism(),
    load,
    flavours: measured,
  }
  mkdirSync(join(HERE, 'results'), { recursive: true })
  writeFileSync(join(HERE, 'results', `${rows}.json`), `${JSON.stringify(results, undefined, 2)}\n`)
  const page = formatResults(results)
  writeFileSync(join(HERE, 'RESULTS.md'), page)
  process.stdout.write(page)
  const short = measured.flatMap((result) => judge(result).filter((verdict) => verdict.verdict === 'short'))
  if (short.length > 0) process.stdout.write(`${short.length} short of target.\n`)
}

await main()
