import type { Command } from 'commander'
import type { DrainForecast } from '../../../shared/domain/lampTypes.ts'
import type { NodeSummary } from '../../../shared/domain/node.ts'
import type { Cli } from '../cli.ts'
import { EXIT } from '../exitCodes.ts'
import { formatSpan, formatTable, formatTime } from '../table.ts'

/** `fieldgate status`: where every node stands. Reads only. */
export function registerStatus(program: Command, cli: Cli): void {
  program
    .command('status')
    .description('Show where every node stands: pipeline type, rows delivered, backlog, newest delivery, trouble.')
    .option('--select <selector>', 'only nodes that match, such as site=midland,state!=paused')
    .addHelpText('after', '\nReads only; makes no file. Exits 1 when a node has a failure.\n')
    .action((options: { readonly select?: string }, command: Command) =>
      cli.run(command, async ({ engine, nodes: findNodes, out }) => {
        await findNodes()
        const nodes = await (
          await engine()
        ).call('nodes.list', options.select === undefined ? {} : { selector: options.select })
        out.result({ nodes }, () => describeNodes(nodes))
        return nodes.some((node) => node.failure !== undefined) ? EXIT.finding : EXIT.done
      }),
    )
}

/** When the backlog will be gone, in a few words. */
function describeDrain(drain: DrainForecast): string | undefined {
  switch (drain.kind) {
    case 'none':
      return undefined
    case 'at':
      return formatTime(drain.atMs)
    case 'afterLink':
      return drain.ms === undefined ? 'after the link is back' : `${formatSpan(drain.ms)} after the link is back`
    case 'keepingUp':
      return 'keeping up'
    case 'unknown':
      return 'not known yet'
    case 'stalled':
    case 'paused':
    case 'growing':
      return drain.kind
  }
}

function describeNodes(nodes: readonly NodeSummary[]): string {
  if (nodes.length === 0) return 'No node matches.'
  const table = formatTable<NodeSummary>(
    [
      { title: 'NODE', value: (node) => node.nodeId },
      { title: 'TYPE', value: (node) => node.pipelineType },
      { title: 'STATE', value: (node) => node.uploadState },
      { title: 'DELIVERED', value: (node) => node.rowsDelivered },
      { title: 'BACKLOG', value: (node) => node.backlog },
      { title: 'DRAINED', value: (node) => describeDrain(node.drain) },
      { title: 'QUARANTINED', value: (node) => node.quarantined },
      { title: 'NEWEST DELIVERED', value: (node) => formatTime(node.newestDeliveredMs) },
      {
        title: 'AGE',
        value: (node) =>
          formatSpan(node.newestDeliveredMs === undefined ? undefined : node.takenAtMs - node.newestDeliveredMs),
      },
    ],
    nodes,
  )
  const troubles = nodes.flatMap((node) =>
    node.failure === undefined
      ? []
      : [`${node.nodeId}: ${node.failure.message}${node.failure.hint === undefined ? '' : `\n  ${node.failure.hint}`}`],
  )
  return [table, ...troubles].join('\n')
}
