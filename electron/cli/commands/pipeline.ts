import type { Command } from 'commander'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import type { NodeConfig } from '../../../shared/domain/settings.ts'
import { parseCount } from '../cli.ts'
import type { Cli, CommandContext } from '../cli.ts'
import { EXIT } from '../exitCodes.ts'
import type { ExitCode } from '../exitCodes.ts'
import { describeConfig, describeHistory, describeSet, describeStats } from './pipelineText.ts'

interface TargetOptions {
  readonly db?: string
  readonly node?: string
}

interface SetOptions extends TargetOptions {
  readonly by?: string
  readonly reason?: string
  readonly backfill?: boolean
}

/** `fieldgate pipeline`: the pipeline type of a node, which decides the bucket its rows go to. */
export function registerPipeline(program: Command, cli: Cli): void {
  const pipeline = program
    .command('pipeline')
    .description('Read or set the pipeline type of a node: raw, schematized, aggregated, emergency or a custom one.')
    .option('--db <path>', "the node's SQLite file; also SENSOR_DB_PATH")
    .option('--node <id>', 'the node, when the workspace has several')
    .addHelpText('after', HELP)
  const run = (
    command: Command,
    work: (context: CommandContext, node: NodeConfig, options: SetOptions) => Promise<ExitCode>,
  ) =>
    cli.run(command, async (context) => {
      const options = command.optsWithGlobals<SetOptions>()
      return work(context, await findTarget(context, options), options)
    })

  pipeline
    .command('get')
    .description('Print the pipeline type that holds now.')
    .action((_options: unknown, command: Command) =>
      run(command, async ({ engine, out }, node) => {
        const config = await (await engine()).call('pipelines.get', { nodeId: node.id })
        out.result(config, () => describeConfig(config))
        return EXIT.done
      }),
    )
  pipeline
    .command('set')
    .description('Set the pipeline type. Rows already claimed go where they were going.')
    .argument('<type>', 'raw, schematized, aggregated, emergency, or a custom type of the configuration')
    .option('--by <name>', 'who does it; the user name when left out')
    .option('--reason <text>', 'why')
    .option('--backfill', 'also deliver the earlier rows this type never delivered')
    .action((type: string, _options: unknown, command: Command) =>
      run(command, async ({ engine, out, io }, node, options) => {
        const result = await (
          await engine()
        ).call('pipelines.set', {
          nodeId: node.id,
          type,
          by: options.by ?? io.env['USER'] ?? io.env['USERNAME'] ?? 'fieldgate',
          reason: options.reason,
          backfill: options.backfill,
        })
        out.result(result, () => describeSet(result))
        return EXIT.done
      }),
    )
  pipeline
    .command('history')
    .description('Print the changes of the pipeline type, newest first.')
    .option('--limit <count>', 'how many', parseCount('--limit'), 10)
    .action((own: { readonly limit: number }, command: Command) =>
      run(command, async ({ engine, out }, node) => {
        const changes = await (await engine()).call('pipelines.history', { nodeId: node.id, limit: own.limit })
        out.result({ nodeId: node.id, changes }, () => describeHistory(changes))
        return EXIT.done
      }),
    )
  pipeline
    .command('stats')
    .description('Print what each pipeline type carried, and the health of the node.')
    .option('--hours <count>', 'how far back', parseCount('--hours'), 24)
    .action((own: { readonly hours: number }, command: Command) =>
      run(command, async ({ engine, out }, node) => {
        const report = await (await engine()).call('pipelines.stats', { nodeId: node.id, hours: own.hours })
        out.result(report, () => describeStats(report))
        return EXIT.done
      }),
    )
}

const HELP = `
The type lives in the node's own database, as a history that only grows. Older names (ingestion, validated, filtered,
anomaly …) are understood.

Examples:
  fieldgate pipeline --db sensor_data.db get
  fieldgate pipeline --db sensor_data.db set emergency --by ana --reason "bearing runs hot"
  fieldgate pipeline --node midland-04 history --limit 5
`

/** The node meant: by file, by id, or the only one there is. */
async function findTarget(context: CommandContext, options: TargetOptions): Promise<NodeConfig> {
  if (options.db !== undefined) context.setFlag('sqlite', options.db)
  const nodes = await context.nodes(options.node === undefined ? undefined : [options.node])
  const [node] = nodes
  if (nodes.length === 1) return node
  const known = nodes.slice(0, 10).map((candidate) => candidate.id)
  throw new FieldgateError('invalid', `The workspace has ${nodes.length} nodes.`, {
    hint: `Name one with --node: ${known.join(', ')}${nodes.length > known.length ? ', …' : ''}.`,
  })
}
