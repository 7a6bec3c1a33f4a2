import type { Command } from 'commander'
import type { EngineJob, EngineNode } from '../../../shared/domain/fleetEngine.ts'
import type { Cli } from '../cli.ts'
import { EXIT } from '../exitCodes.ts'
import { formatSpan, formatTable } from '../table.ts'
import { describeResults, registerFleetJobs, registerRollout } from './fleetJobs.ts'

/** `fieldgate fleet`: the nodes of a Bacalhau orchestrator, and the jobs that drive them. */
export function registerFleet(program: Command, cli: Cli): void {
  const fleet = program
    .command('fleet')
    .description('Drive a fleet through Bacalhau: nodes, approval, jobs, results, rollout in waves.')
    .addHelpText(
      'after',
      '\nThe orchestrator: FIELDGATE_BACALHAU_URL with BACALHAU_API_KEY, or bacalhau.url in fieldgate.yaml.\n',
    )
  registerReads(fleet, cli)
  registerDecisions(fleet, cli)
  registerFleetJobs(fleet, cli)
  registerRollout(fleet, cli)
}

function registerReads(fleet: Command, cli: Cli): void {
  fleet
    .command('connect')
    .description('Test the connection; warns of an orchestrator that answers everybody.')
    .action((_options: unknown, command: Command) =>
      cli.run(command, async (context) => {
        const found = await (await context.engine()).call('fleetEngine.connect', {}, { signal: context.signal })
        context.out.result(found, () =>
          [`Bacalhau ${found.version}`, ...found.warnings.map((warning) => `warning: ${warning}`)].join('\n'),
        )
        return found.warnings.length === 0 ? EXIT.done : EXIT.finding
      }),
    )
  fleet
    .command('nodes')
    .description('List compute nodes with membership and age of the last heartbeat.')
    .option('--select <selector>', 'labels, such as site=plant-a,role in (edge)')
    .action((options: { readonly select?: string }, command: Command) =>
      cli.run(command, async (context) => {
        const nodes = await (await context.engine()).call('fleetEngine.nodes', { selector: options.select })
        context.out.result({ nodes }, () => describeNodes(nodes))
        return EXIT.done
      }),
    )
  fleet
    .command('jobs')
    .description("List Fieldgate's own jobs, newest first.")
    .action((_options: unknown, command: Command) =>
      cli.run(command, async (context) => {
        const jobs = await (await context.engine()).call('fleetEngine.jobs', {})
        context.out.result({ jobs }, () => describeJobs(jobs))
        return EXIT.done
      }),
    )
  fleet
    .command('results <job>')
    .description('Show how a job came out on each node, nodes that were skipped included.')
    .option('--node <id...>', 'nodes that were meant', [])
    .action((jobName: string, options: { readonly node: readonly string[] }, command: Command) =>
      cli.run(command, async (context) => {
        const results = await (
          await context.engine()
        ).call('fleetEngine.results', { jobName, selected: [...options.node] })
        context.out.result({ results }, () => describeResults(results))
        return results.every((result) => result.outcome === 'succeeded' || result.outcome === 'running')
          ? EXIT.done
          : EXIT.finding
      }),
    )
  fleet
    .command('missing')
    .description('List nodes on which a simulator or uploader should run and does not.')
    .action((_options: unknown, command: Command) =>
      cli.run(command, async (context) => {
        const missing = await (await context.engine()).call('fleetEngine.missing', {})
        context.out.result({ missing }, () =>
          missing.length === 0
            ? 'Every daemon runs.'
            : missing.map((entry) => `${entry.nodeId}: ${entry.jobName} is missing. ${entry.remedy}`).join('\n'),
        )
        return missing.length === 0 ? EXIT.done : EXIT.finding
      }),
    )
  fleet
    .command('history <job>')
    .description('Show what happened to a job.')
    .action((jobName: string, _options: unknown, command: Command) =>
      cli.run(command, async (context) => {
        const events = await (await context.engine()).call('fleetEngine.history', { jobName, limit: 200 })
        context.out.result({ events }, () =>
          events
            .map((event) =>
              [new Date(event.atMs).toISOString(), event.topic, event.message, event.hint ?? '']
                .filter((part) => part !== '')
                .join('  '),
            )
            .join('\n'),
        )
        return EXIT.done
      }),
    )
}

function registerDecisions(fleet: Command, cli: Cli): void {
  for (const decision of ['approve', 'reject', 'remove'] as const) {
    fleet
      .command(`${decision} <node>`)
      .description(DECISIONS[decision])
      .option('--reason <text>', 'why, kept in the audit trail', '')
      .option('--by <name>', 'who', 'command line')
      .action((nodeId: string, options: { readonly reason: string; readonly by: string }, command: Command) =>
        cli.run(command, async (context) => {
          await (
            await context.engine()
          ).call('fleetEngine.decide', { nodeId, decision, reason: options.reason, by: options.by })
          context.out.result({ nodeId, decision }, () => `${nodeId}: ${decision} done.`)
          return EXIT.done
        }),
      )
  }
  for (const action of ['rerun', 'stop'] as const) {
    fleet
      .command(`${action} <job>`)
      .description(action === 'rerun' ? 'Make a new version of a job and run it again.' : 'Stop a job on every node.')
      .option('--by <name>', 'who', 'command line')
      .action((jobName: string, options: { readonly by: string }, command: Command) =>
        cli.run(command, async (context) => {
          await (await context.engine()).call(`fleetEngine.${action}`, { jobName, by: options.by })
          context.out.result({ jobName, action }, () => `${jobName}: ${action} done.`)
          return EXIT.done
        }),
      )
  }
}

const DECISIONS = {
  approve: 'Let a pending node work.',
  reject: 'Ban a node; what runs there is stopped.',
  remove: 'Forget a node; it comes back at its next handshake.',
} as const

function describeNodes(nodes: readonly EngineNode[]): string {
  const now = Date.now()
  return formatTable<EngineNode>(
    [
      { title: 'NODE', value: (node) => node.id },
      { title: 'MEMBERSHIP', value: (node) => node.membership },
      { title: 'LINK', value: (node) => (node.isConnected ? 'connected' : 'disconnected') },
      {
        title: 'HEARTBEAT',
        value: (node) => formatSpan(node.lastHeartbeatMs === undefined ? undefined : now - node.lastHeartbeatMs),
      },
      { title: 'ENGINES', value: (node) => node.engines.join(',') },
      { title: 'MOUNTS', value: (node) => (node.canMount ? 'yes' : 'no') },
      { title: 'RUNNING', value: (node) => node.running },
    ],
    nodes,
  )
}

function describeJobs(jobs: readonly EngineJob[]): string {
  return formatTable<EngineJob>(
    [
      { title: 'JOB', value: (job) => job.name },
      { title: 'TYPE', value: (job) => job.type },
      { title: 'VERSION', value: (job) => job.version },
      { title: 'STATE', value: (job) => job.state },
      { title: 'MODIFIED', value: (job) => new Date(job.modifiedAtMs).toISOString() },
    ],
    jobs,
  )
}
