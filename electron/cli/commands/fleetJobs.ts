import { resolve } from 'node:path'
import type { Command } from 'commander'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import type { JobPreview, NodeResult } from '../../../shared/domain/fleetEngine.ts'
import type { Input } from '../../../shared/ipc/contract.ts'
import type { Cli, CommandContext } from '../cli.ts'
import { EXIT } from '../exitCodes.ts'
import type { ExitCode } from '../exitCodes.ts'
import { formatTable } from '../table.ts'
import { parseLabels, readText } from './handoff.ts'

type Order = Input<'fleetEngine.preview'>

interface OrderOptions {
  readonly image: string
  readonly namespace: string
  readonly dataFolder: string
  readonly stateFolder: string
  readonly databaseFile: string
  readonly keyVariable: string
  readonly secretVariable: string
  readonly label: readonly string[]
  readonly node: readonly string[]
  readonly by: string
  readonly reason?: string
  readonly type?: string
  readonly backfill?: boolean
  readonly rate: string
  readonly scenario: string
  readonly reportBucket?: string
}

function withOrder(command: Command): Command {
  return command
    .option('--image <image>', 'Fieldgate image, best by digest')
    .option('--namespace <name>', 'Bacalhau namespace', 'default')
    .option('--data-folder <path>', 'folder of the database on the node', '/var/lib/fieldgate/data')
    .option('--state-folder <path>', 'folder of the state on the node', '/var/lib/fieldgate/state')
    .option('--database-file <name>', 'file in the data folder', 'sensor_data.db')
    .option('--key-variable <name>', 'variable of the node that holds the access key id', 'EDGE_AWS_ACCESS_KEY_ID')
    .option('--secret-variable <name>', 'variable of the node that holds the secret', 'EDGE_AWS_SECRET_ACCESS_KEY')
    .option('--label <key=value...>', 'nodes with these labels', [])
    .option('--node <id...>', 'nodes by id', [])
    .option('--type <type>', 'pipeline type, for set-pipeline')
    .option('--reason <text>', 'why, for set-pipeline')
    .option('--backfill', 'also deliver what the type never delivered, for set-pipeline')
    .option('--rate <n>', 'readings per second, for simulator', '1')
    .option('--scenario <name>', 'scenario, for simulator', 'quiet-day')
    .option('--report-bucket <bucket>', 'where a doctor report goes')
    .option('--by <name>', 'who', 'command line')
}

const KINDS = 'simulator, uploader, set-pipeline, status, upload-now, doctor'

/** `fleet preview` and `fleet deploy`. */
export function registerFleetJobs(fleet: Command, cli: Cli): void {
  withOrder(
    fleet.command('preview <kind>').description(`Show a job as YAML and what it would change: ${KINDS}.`),
  ).action((kind: string, options: OrderOptions, command: Command) =>
    cli.run(command, async (context) => {
      const preview = await (await context.engine()).call('fleetEngine.preview', orderOf(kind, options))
      context.out.result(preview, () => describePreview(preview))
      return preview.matching.length > 0 && preview.notReady.length === 0 ? EXIT.done : EXIT.finding
    }),
  )
  withOrder(fleet.command('deploy <kind>').description(`Send a job: ${KINDS}; or reviewed YAML with --file.`))
    .option('--file <job.yaml>', 'send this file instead of a generated job')
    .action((kind: string, options: OrderOptions & { readonly file?: string }, command: Command) =>
      cli.run(command, async (context) => {
        const engine = await context.engine()
        const sent =
          options.file === undefined
            ? await engine.call('fleetEngine.submit', { ...orderOf(kind, options), by: options.by })
            : await engine.call('fleetEngine.submitYaml', {
                yaml: readText(resolve(context.io.cwd, options.file)),
                by: options.by,
              })
        for (const warning of sent.warnings) context.out.notice(warning)
        context.out.result(sent, () => `${sent.jobName} sent. Results: fieldgate fleet results ${sent.jobName}`)
        return EXIT.done
      }),
    )
}

/** `fleet rollout`. */
export function registerRollout(fleet: Command, cli: Cli): void {
  withOrder(
    fleet.command('rollout <kind>').description('Run a job in waves, canary first; halts when too many nodes fail.'),
  )
    .option('--canary <id...>', 'nodes of the first wave', [])
    .option('--wave <n>', 'nodes per wave', '10')
    .option('--error-threshold <share>', 'share of failed nodes that halts it, 0 to 1', '0.1')
    .option('--wave-timeout <seconds>', 'how long a wave may take', '900')
    .action((kind: string, options: OrderOptions & RolloutFlags, command: Command) =>
      cli.run(command, (context) => rollOut(context, kind, options)),
    )
}

interface RolloutFlags {
  readonly canary: readonly string[]
  readonly wave: string
  readonly errorThreshold: string
  readonly waveTimeout: string
}

async function rollOut(context: CommandContext, kind: string, options: OrderOptions & RolloutFlags): Promise<ExitCode> {
  const { request, settings } = orderOf(kind, options)
  const result = await (
    await context.engine()
  ).call(
    'fleetEngine.rollout',
    {
      request,
      settings,
      names: [...options.node],
      canary: [...options.canary],
      waveSize: Number(options.wave),
      errorThreshold: Number(options.errorThreshold),
      waveTimeoutSeconds: Number(options.waveTimeout),
      by: options.by,
    },
    { signal: context.signal },
  )
  context.out.result(result, () =>
    [
      describeResults(result.results),
      result.halted === undefined
        ? 'All waves ran.'
        : `Halted: ${result.halted} Not reached: ${result.notReached.join(', ')}`,
    ].join('\n'),
  )
  const isClean = result.halted === undefined && result.results.every((entry) => entry.outcome === 'succeeded')
  return isClean ? EXIT.done : EXIT.finding
}

function orderOf(kind: string, options: OrderOptions): Order {
  if (options.image === undefined) {
    throw new FieldgateError('invalid', 'A job needs the Fieldgate image.', {
      hint: 'Pass --image registry/name@sha256:…',
    })
  }
  return {
    request: requestOf(kind, options),
    target: {
      ...(options.label.length === 0 ? {} : { labels: parseLabels(options.label) }),
      ...(options.node.length === 0 ? {} : { names: [...options.node] }),
    },
    settings: {
      image: options.image,
      namespace: options.namespace,
      dataFolder: options.dataFolder,
      stateFolder: options.stateFolder,
      databaseFile: options.databaseFile,
      credentialVariables: { accessKeyId: options.keyVariable, secretAccessKey: options.secretVariable },
    },
  }
}

function requestOf(kind: string, options: OrderOptions): Order['request'] {
  switch (kind) {
    case 'simulator':
      return { kind, ratePerSecond: Number(options.rate), scenario: options.scenario }
    case 'uploader':
    case 'status':
      return { kind }
    case 'upload-now':
      return { kind: 'uploadNow' }
    case 'doctor':
      return { kind, ...(options.reportBucket === undefined ? {} : { reportBucket: options.reportBucket }) }
    case 'set-pipeline':
      if (options.type === undefined || options.reason === undefined) {
        throw new FieldgateError('invalid', 'set-pipeline needs a type and a reason.', {
          hint: 'Pass --type emergency --reason "…".',
        })
      }
      return {
        kind: 'setPipeline',
        type: options.type,
        by: options.by,
        reason: options.reason,
        backfill: options.backfill === true,
      }
    default:
      throw new FieldgateError('invalid', `There is no job "${kind}".`, { hint: `Use one of: ${KINDS}.` })
  }
}

/** How a job came out, a line per node. */
export function describeResults(results: readonly NodeResult[]): string {
  return formatTable<NodeResult>(
    [
      { title: 'NODE', value: (result) => result.nodeId },
      { title: 'OUTCOME', value: (result) => result.outcome },
      { title: 'EXIT', value: (result) => result.exitCode },
      { title: 'MESSAGE', value: (result) => result.message },
      { title: 'OUTPUT', value: (result) => result.stdout.trim().slice(0, 80) },
    ],
    results,
  )
}

function describePreview(preview: JobPreview): string {
  const change = preview.isNew
    ? 'New job.'
    : preview.difference === ''
      ? 'No change.'
      : `Changes:\n${preview.difference}`
  return [
    preview.yaml,
    change,
    `Matches ${preview.matching.length} nodes.`,
    ...preview.notReady.map((node) => `  ${node.nodeId}: ${node.reason}`),
  ].join('\n')
}
