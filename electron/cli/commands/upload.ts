import type { Command } from 'commander'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import type { Execution } from '../../../shared/domain/execution.ts'
import type { UploadPlan, UploadResult } from '../../../shared/ipc/contract.ts'
import type { Engine } from '../../core/engine.ts'
import { parseCount } from '../cli.ts'
import type { Cli, CommandContext } from '../cli.ts'
import { EXIT } from '../exitCodes.ts'
import type { ExitCode } from '../exitCodes.ts'
import { formatBytes, formatCount, formatTable, formatTime, plural } from '../table.ts'

interface UploadOptions {
  readonly once?: boolean
  readonly dryRun?: boolean
  readonly node?: readonly string[]
  readonly interval?: number
}

/** `fieldgate upload`: the uploader, continuous or once. */
export function registerUpload(program: Command, cli: Cli): void {
  program
    .command('upload')
    .description('Upload new readings as Parquet objects: continuously, or once.')
    .option('--once', 'upload everything that waits, then exit; also ONCE=true')
    .option('--dry-run', 'say what would be uploaded; change nothing')
    .option('--node <id...>', 'only these nodes')
    .option('--interval <seconds>', 'upload interval; also UPLOAD_INTERVAL', parseCount('--interval'))
    .addHelpText('after', HELP)
    .action((options: UploadOptions, command: Command) => cli.run(command, (context) => upload(context, options)))
}

const HELP = `
An upload can be killed at any moment: the next one finishes the claim that was under way, to the same object names.
One process uploads a node at a time; a second one leaves it alone and says who holds it.
Exits 1 when a node failed or is held by another process. With --json, --once prints one document; a continuous
upload prints one line per finished execution and per failure.

Examples:
  fieldgate upload --once --sqlite sensor_data.db      into the embedded store, in ./objects
  fieldgate upload --config databricks-uploader-config.yaml
  fieldgate upload --dry-run --json
`

async function upload(context: CommandContext, options: UploadOptions): Promise<ExitCode> {
  context.setFlag('upload.interval_seconds', options.interval)
  const loaded = await context.configuration()
  const nodes = await context.nodes(options.node)
  const engine = await context.engine()
  const nodeIds = options.node === undefined ? undefined : nodes.map((node) => node.id)
  const only = nodeIds === undefined ? {} : { nodeIds }
  if (options.dryRun === true) return plan(context, engine, only)
  if (options.once === true || loaded.isOnce) return runOnce(context, engine, only)
  if (nodeIds !== undefined) {
    throw new FieldgateError('invalid', '--node goes with --once or --dry-run.', {
      hint: 'A continuous upload serves every node of the workspace; pass --sqlite PATH for one of them.',
    })
  }
  return runUntilStopped(context, engine)
}

async function plan({ out }: CommandContext, engine: Engine, only: { nodeIds?: string[] }): Promise<ExitCode> {
  const planned = await engine.call('uploads.plan', only)
  out.result(planned, () => describePlan(planned))
  return planned.nodes.some((node) => node.problem !== undefined) ? EXIT.finding : EXIT.done
}

function describePlan(planned: UploadPlan): string {
  const lanes = planned.nodes.flatMap((node) => node.lanes.map((lane) => ({ ...lane, nodeId: node.nodeId })))
  const problems = planned.nodes.flatMap((node) =>
    node.problem === undefined ? [] : [`${node.nodeId}: ${node.problem}`],
  )
  if (lanes.length === 0) return [...problems, 'Nothing would be uploaded.'].join('\n')
  const table = formatTable<(typeof lanes)[number]>(
    [
      { title: 'NODE', value: (lane) => lane.nodeId },
      { title: 'TYPE', value: (lane) => lane.route },
      { title: 'ROWS', value: (lane) => lane.rows },
      { title: 'FROM', value: (lane) => lane.fromSeq },
      { title: 'TO', value: (lane) => lane.toSeq },
      { title: 'ABOUT', value: (lane) => formatBytes(lane.bytes) },
      { title: 'BUCKET', value: (lane) => lane.bucket },
    ],
    lanes,
  )
  return [table, ...problems, 'Nothing was uploaded: this was a dry run.'].join('\n')
}

async function runOnce(context: CommandContext, engine: Engine, only: { nodeIds?: string[] }): Promise<ExitCode> {
  const { out, signal } = context
  let rows = 0
  engine.events.on('executions.changed', (execution) => {
    if (execution.state === 'succeeded') rows += execution.counts.read
    out.progress(`${execution.nodeId} ${execution.route}: ${execution.state}; ${formatCount(rows)} rows so far`)
  })
  const result = await engine.call('uploads.run', only, { signal })
  out.result(result, () => describeResult(result))
  if (signal.aborted) {
    throw new FieldgateError('cancelled', 'The upload was stopped before everything was uploaded.', {
      hint: 'Run it again: it goes on where it was.',
    })
  }
  return result.failed > 0 || result.readOnly.length > 0 ? EXIT.finding : EXIT.done
}

function describeResult(result: UploadResult): string {
  const lines: string[] = []
  const busy = result.nodes.filter((node) => node.rows > 0)
  if (busy.length > 0) {
    lines.push(
      formatTable<(typeof busy)[number]>(
        [
          { title: 'NODE', value: (node) => node.nodeId },
          { title: 'ROWS', value: (node) => node.rows },
          { title: 'EXECUTIONS', value: (node) => node.executions },
          { title: 'BYTES', value: (node) => formatBytes(node.bytes) },
        ],
        busy,
      ),
    )
  }
  for (const node of result.nodes) {
    if (node.failure === undefined) continue
    lines.push(`${node.nodeId}: ${node.failure.message}`)
    if (node.failure.hint !== undefined) lines.push(`  ${node.failure.hint}`)
  }
  for (const lease of result.readOnly) {
    lines.push(
      `${lease.nodeId}: held by process ${lease.pid} on ${lease.host} since ${formatTime(lease.sinceMs)}; left to it.`,
    )
  }
  const quiet = result.nodes.length - busy.length - result.failed
  if (result.rows > 0) lines.push(`Uploaded ${plural(result.rows, 'row')}, ${formatBytes(result.bytes)}.`)
  else if (quiet > 0) lines.push(`Nothing new: ${plural(quiet, 'node')} up to date.`)
  return lines.join('\n')
}

async function runUntilStopped({ out, signal }: CommandContext, engine: Engine): Promise<ExitCode> {
  const told = new Set<string>()
  engine.events.on('executions.changed', (execution) => {
    const text = describeExecution(execution)
    const key = `${execution.id}:${execution.state}:${execution.failure?.message ?? ''}`
    if (text === undefined || told.has(key)) return
    told.add(key)
    out.item(execution, () => text)
  })
  const stopped = new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
  engine.start()
  out.line('Uploading; SIGINT or SIGTERM finishes what is in flight, a second one stops at once.')
  await stopped
  return EXIT.done
}

/** A line for an execution that ended or failed; nothing for the steps between. */
function describeExecution(execution: Execution): string | undefined {
  const who = `${execution.nodeId} ${execution.route} ${execution.fromSeq}..${execution.toSeq}`
  if (execution.state === 'succeeded') {
    return `${formatTime(execution.finishedAtMs)} ${who}: ${plural(execution.counts.read, 'row')}, ${formatBytes(execution.bytes)}`
  }
  if (execution.failure === undefined) return undefined
  const { atMs, message, nextRetryMs } = execution.failure
  return `${formatTime(atMs)} ${who}: ${message} Next try ${formatTime(nextRetryMs)}.`
}
