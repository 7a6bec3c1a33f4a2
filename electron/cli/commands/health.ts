import type { Command } from 'commander'
import { parseCount } from '../cli.ts'
import type { Cli, CommandContext } from '../cli.ts'
import { EXIT } from '../exitCodes.ts'
import type { ExitCode } from '../exitCodes.ts'
import { formatSpan } from '../table.ts'

interface HealthOptions {
  readonly maxAge: number
  readonly maxFailing: number
}

/** `fieldgate health`: a health check that is red when nothing moves, for containers and monitors. */
export function registerHealth(program: Command, cli: Cli): void {
  program
    .command('health')
    .argument('[what]', 'uploader or sensor', 'uploader')
    .description('Exit 0 while the uploader, or the sensor that fills a database, is alive and gets on.')
    .option('--max-age <seconds>', 'oldest heartbeat, or newest reading for sensor', parseCount('--max-age'), 60)
    .option('--max-failing <seconds>', 'how long a node may fail', parseCount('--max-failing'), 900)
    .addHelpText(
      'after',
      '\nReads only. uploader: a heartbeat not older than --max-age and no node failing longer than --max-failing.\nsensor: every database has a reading not older than --max-age.\n',
    )
    .action((what: string, options: HealthOptions, command: Command) =>
      cli.run(command, (context) =>
        what === 'sensor' ? checkSensor(context, options) : checkUploader(context, options),
      ),
    )
}

async function checkUploader(context: CommandContext, options: HealthOptions): Promise<ExitCode> {
  const beat = await (await context.engine()).call('fleet.heartbeat', {})
  const now = Date.now()
  const problems: string[] = []
  if (beat === null)
    problems.push(
      'No uploader keeps running in this workspace; an upload --once leaves no heartbeat. Start one: fieldgate upload.',
    )
  else if (now - beat.atMs > options.maxAge * 1000)
    problems.push(`The uploader (pid ${beat.pid}) was last seen ${formatSpan(now - beat.atMs)} ago.`)
  for (const node of beat?.failing ?? []) {
    if (now - node.sinceMs > options.maxFailing * 1000)
      problems.push(`${node.nodeId} has failed for ${formatSpan(now - node.sinceMs)}: ${node.message}`)
  }
  return report(context, problems)
}

async function checkSensor(context: CommandContext, options: HealthOptions): Promise<ExitCode> {
  const nodes = await (await context.engine()).call('nodes.list', {})
  const now = Date.now()
  const problems = nodes.flatMap((node) => {
    if (node.failure !== undefined) return [`${node.nodeId}: ${node.failure.message}`]
    if (node.newestEventMs === undefined) return [`${node.nodeId} has no reading.`]
    const age = now - node.newestEventMs
    return age > options.maxAge * 1000 ? [`${node.nodeId}: the newest reading is ${formatSpan(age)} old.`] : []
  })
  return report(context, nodes.length === 0 ? ['No node is configured.'] : problems)
}

function report(context: CommandContext, problems: readonly string[]): ExitCode {
  context.out.result({ healthy: problems.length === 0, problems }, () =>
    problems.length === 0 ? 'healthy' : problems.join('\n'),
  )
  return problems.length === 0 ? EXIT.done : EXIT.finding
}
