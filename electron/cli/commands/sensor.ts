import { randomUUID } from 'node:crypto'
import type { Command } from 'commander'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import type { Simulator } from '../../core/simulator/port.ts'
import type { SensorRun } from '../../core/simulator/sensorRun.ts'
import { systemClock } from '../../core/support/clock.ts'
import type { Loop } from '../../core/support/loop.ts'
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

const COMMIT_EVERY_MS = 250
const FLEET_COMMIT_EVERY_MS = 1000

async function runSensor(context: CommandContext, options: SensorOptions): Promise<ExitCode> {
  const { findResources, loadScenarios } = await import('../../core/simulator/resources.ts')
  const { planSensorRun } = await import('../../core/simulator/sensorRun.ts')
  const { parseSpan } = await import('../../core/simulator/span.ts')
  const resources = findResources()
  const scenarios = loadScenarios(resources)
  const seed = options.seed ?? randomUUID().slice(0, 8)
  const run = planSensorRun(
    {
      cwd: context.io.cwd,
      env: context.io.env,
      config: context.options.config,
      identity: options.identity,
      db: options.db ?? context.options.sqlite,
      dir: options.dir,
      nodes: options.nodes,
      ratePerSecond: options.rate,
      scenario: options.scenario,
      seed,
      durationSeconds: options.duration === undefined ? undefined : parseSpan(options.duration, '--duration'),
      historySeconds: options.history === undefined ? undefined : parseSpan(options.history, '--history'),
    },
    resources,
    scenarios,
  )
  for (const notice of run.notices) context.out.notice(notice)
  await systemClock.sleep(run.config.startDelaySeconds * 1000, context.signal)
  if (context.signal.aborted) return EXIT.done
  const [{ createSimulator }, { checkDatabases }, { setPipeline }] = await Promise.all([
    import('../../core/simulator/simulator.ts'),
    import('../../core/simulator/runningNode.ts'),
    import('../../core/pipelines/pipelineManager.ts'),
  ])
  for (const notice of checkDatabases(run.nodes)) context.out.notice(notice)
  const simulator = createSimulator({
    clock: systemClock,
    log: context.log,
    scenarios,
    commitEveryMs: run.nodes.length === 1 ? COMMIT_EVERY_MS : FLEET_COMMIT_EVERY_MS,
    preparePipeline: (path, type = 'raw', atMs) => {
      setPipeline(path, { type, by: 'sensor', reason: 'Initial setup', backfill: false, atMs, customTypes: [] })
    },
  })
  return writeUntilStopped(context, run, simulator, seed)
}

async function writeUntilStopped(
  context: CommandContext,
  run: SensorRun,
  simulator: Simulator,
  seed: string,
): Promise<ExitCode> {
  const { out, signal } = context
  const runSeconds = run.nodes[0]?.runSeconds
  let watch: Loop | undefined
  let monitor: { readonly url: string; close(): Promise<void> } | undefined
  simulator.onChanged((nodes) => {
    const rows = nodes.reduce((sum, node) => sum + node.rowsWritten, 0)
    out.progress(`${plural(nodes.length, 'sensor')}, ${formatCount(rows)} readings written`)
  })
  try {
    await simulator.add(run.nodes)
    const startedMs = systemClock.monotonic()
    monitor = run.nodes.length === 1 ? await startMonitor(run, simulator) : undefined
    watch = await startWatch(context, run, simulator)
    out.item(
      {
        event: 'started',
        pid: process.pid,
        seed,
        monitor: monitor?.url,
        nodes: run.nodes.map((node) => ({ nodeId: node.nodeId, path: node.path, ratePerSecond: node.ratePerSecond })),
      },
      () => describeStart(run, seed, monitor?.url),
    )
    const leftMs = runSeconds === undefined ? NEVER_MS : runSeconds * 1000 - (systemClock.monotonic() - startedMs)
    await systemClock.sleep(Math.min(NEVER_MS, Math.max(0, leftMs)), signal)
  } finally {
    await watch?.stop()
    await monitor?.close()
    await report(context, simulator)
  }
  return EXIT.done
}

/** As long as a timer of Node can wait: 24 days. */
const NEVER_MS = 2 ** 31 - 1

async function report({ out }: CommandContext, simulator: Simulator): Promise<void> {
  const nodeIds = (await simulator.list()).map((node) => node.nodeId)
  await simulator.stop(nodeIds)
  const nodes = await simulator.list()
  await simulator.close()
  const rows = nodes.reduce((sum, node) => sum + node.rowsWritten, 0)
  const problems = nodes.flatMap((node) => (node.problem === undefined ? [] : [`${node.nodeId}: ${node.problem}`]))
  out.item(
    {
      event: 'stopped',
      rows,
      nodes: nodes.map(({ nodeId, rowsWritten }) => ({ nodeId, rows: rowsWritten })),
      problems,
    },
    () => [`${formatCount(rows)} readings written.`, ...problems].join('\n'),
  )
}

function describeStart(run: SensorRun, seed: string, monitor: string | undefined): string {
  const [first] = run.nodes
  const where =
    run.nodes.length === 1 ? `${first?.nodeId} writes to ${first?.path}` : `${run.nodes.length} sensors write`
  const lines = [`${where}, ${first?.ratePerSecond}/s each, scenario ${first?.scenario}, seed ${seed}.`]
  if (monitor !== undefined) lines.push(`Monitor: ${monitor}`)
  return lines.join('\n')
}

async function startMonitor(
  run: SensorRun,
  simulator: Simulator,
): Promise<{ readonly url: string; close(): Promise<void> } | undefined> {
  const [node] = run.nodes
  const { isEnabled, host, port } = run.config.monitoring
  if (!isEnabled || node === undefined) return undefined
  const { openMonitor } = await import('../../core/simulator/monitor.ts')
  return openMonitor(host, port, {
    clock: systemClock,
    identity: node.sensor.identity,
    databasePath: node.path,
    runSeconds: node.runSeconds,
    node: async () => {
      const [status] = await simulator.list()
      if (status !== undefined) return status
      throw new FieldgateError('unavailable', 'The sensor has stopped.')
    },
    memoryBytes: () => process.memoryUsage.rss(),
  })
}

async function startWatch(context: CommandContext, run: SensorRun, simulator: Simulator): Promise<Loop | undefined> {
  if (run.configPath === undefined || !run.config.reload.isEnabled) return undefined
  const { watchSensorConfig } = await import('../../core/simulator/configWatch.ts')
  const nodeIds = run.nodes.map((node) => node.nodeId)
  let rate = run.config.ratePerSecond
  return watchSensorConfig({
    path: run.configPath,
    everySeconds: run.config.reload.everySeconds,
    clock: systemClock,
    onProblem: (sentence) => context.out.notice(`${sentence} The configuration before stays in use.`),
    onChanged: async (config) => {
      await simulator.reconfigure(nodeIds, { parameters: config.parameters, anomalies: config.anomalies })
      if (config.ratePerSecond !== rate) await simulator.setRate(nodeIds, config.ratePerSecond)
      rate = config.ratePerSecond
      context.out.notice('The changed configuration is in use.')
    },
  })
}
