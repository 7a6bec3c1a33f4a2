import { randomUUID } from 'node:crypto'
import type { Command } from 'commander'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import type { SimulatedNode } from '../../../shared/domain/simulator.ts'
import type { RunningSensors } from '../../worker/sensors.ts'
import { parseCount } from '../cli.ts'
import type { Cli, CommandContext } from '../cli.ts'
import { EXIT } from '../exitCodes.ts'
import type { ExitCode } from '../exitCodes.ts'
import { formatCount, plural } from '../table.ts'

interface SensorOptions {
  readonly identity?: string
  readonly nodes?: number
  readonly rate?: number
  readonly scenario?: string
  readonly seed?: string
  readonly duration?: string
  readonly history?: string
  readonly db?: string
  readonly dir?: string
}

/** `fieldgate sensor`: one or many simulated sensors, each writing a database as the seed's sensor did. */
export function registerSensor(program: Command, cli: Cli): void {
  program
    .command('sensor')
    .description('Simulate sensors: readings with anomalies into SQLite files, one file per node.')
    .option(
      '--identity <file>',
      'identity of the sensor (YAML or JSON, flat or nested); made up from the seed when left out',
    )
    .option('--nodes <n>', 'number of sensors', parseCount('--nodes'))
    .option('--rate <n>', 'readings per second and sensor', parseRate)
    .option('--scenario <name>', 'quiet-day, heat-wave, failing-bearing, storm or mixed')
    .option('--seed <text>', 'same seed, same sensors and values; random when left out')
    .option('--duration <span>', 'stop after this long, such as 30s, 10m or 2h; until SIGTERM when left out')
    .option('--history <span>', 'begin a new database with readings of the past, such as 24h')
    .option('--db <path>', 'database of the one sensor')
    .option('--dir <dir>', 'folder for a database per sensor')
    .addHelpText('after', HELP)
    .action((options: SensorOptions, command: Command) => cli.run(command, (context) => runSensor(context, options)))
}

const HELP = `
--config names a sensor configuration here (the original's config.yaml, every key of it). Precedence: flag, environment
(CONFIG_FILE, IDENTITY_FILE, SENSOR_ID, SENSOR_LOCATION), file, default. An existing database is appended to, never emptied;
one of another shape is refused. SIGTERM commits and exits 0. With --json one line at the start and one at the end.

  fieldgate sensor --db data/sensor_data.db --rate 3
  fieldgate sensor --nodes 20 --dir nodes --history 24h --scenario mixed --seed demo --duration 10m
`

function parseRate(text: string): number {
  const rate = Number(text)
  if (rate > 0 && rate <= 1000) return rate
  throw new FieldgateError('invalid', `--rate takes a number above 0 and at most 1000, not "${text}".`)
}

async function runSensor(context: CommandContext, options: SensorOptions): Promise<ExitCode> {
  const { io, out, log, signal } = context
  const seed = options.seed ?? randomUUID().slice(0, 8)
  const { startSensors } = await import('../../worker/sensors.ts')
  const sensors = await startSensors(
    {
      cwd: io.cwd,
      env: io.env,
      config: context.options.config,
      identity: options.identity,
      db: options.db ?? context.options.sqlite,
      dir: options.dir,
      nodes: options.nodes,
      ratePerSecond: options.rate,
      scenario: options.scenario,
      seed,
      duration: options.duration,
      history: options.history,
    },
    {
      log,
      onNotice: out.notice,
      onProgress: (nodes) =>
        out.progress(`${plural(nodes.length, 'sensor')}, ${formatCount(sum(nodes))} readings written`),
    },
    signal,
  )
  if (sensors === undefined) return EXIT.done
  try {
    out.item(startOf(sensors, seed), () => describeStart(sensors, seed))
    await sensors.done(signal)
  } finally {
    const ended = await sensors.stop()
    const problems = ended.flatMap((node) => (node.problem === undefined ? [] : [`${node.nodeId}: ${node.problem}`]))
    const rows = sum(ended)
    out.item(
      {
        event: 'stopped',
        rows,
        nodes: ended.map(({ nodeId, rowsWritten }) => ({ nodeId, rows: rowsWritten })),
        problems,
      },
      () => [`${formatCount(rows)} readings written.`, ...problems].join('\n'),
    )
  }
  return EXIT.done
}

function sum(nodes: readonly SimulatedNode[]): number {
  return nodes.reduce((rows, node) => rows + node.rowsWritten, 0)
}

function startOf(sensors: RunningSensors, seed: string): unknown {
  const nodes = sensors.nodes.map(({ nodeId, path, ratePerSecond }) => ({ nodeId, path, ratePerSecond }))
  return { event: 'started', pid: process.pid, seed, monitor: sensors.monitorUrl, nodes }
}

function describeStart(sensors: RunningSensors, seed: string): string {
  const [first] = sensors.nodes
  const who =
    sensors.nodes.length === 1 ? `${first?.nodeId} writes to ${first?.path}` : `${sensors.nodes.length} sensors write`
  const lines = [`${who}, ${first?.ratePerSecond}/s each, scenario ${first?.scenario}, seed ${seed}.`]
  if (sensors.monitorUrl !== undefined) lines.push(`Monitor: ${sensors.monitorUrl}`)
  return lines.join('\n')
}
