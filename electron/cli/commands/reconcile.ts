import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { extname, resolve } from 'node:path'
import type { Command } from 'commander'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import type {
  ReadingTrace,
  ReconcileFinding,
  ReconcileLane,
  ReconcileReport,
  RepairResult,
} from '../../../shared/domain/reconcile.ts'
import { parseSigned, verifyExport } from '../../core/support/signedReport.ts'
import { parseCount } from '../cli.ts'
import type { Cli, CommandContext } from '../cli.ts'
import { EXIT } from '../exitCodes.ts'
import type { ExitCode } from '../exitCodes.ts'
import { formatCount, formatTable, plural } from '../table.ts'
import { readText } from './handoff.ts'

interface ReconcileOptions {
  readonly node?: readonly string[]
  readonly findings: number
  readonly quick?: boolean
  readonly days?: boolean
  readonly repair?: boolean
  readonly by?: string
  readonly trace?: number
  readonly export?: string
}

/** `fieldgate reconcile`: the proof. */
export function registerReconcile(program: Command, cli: Cli): void {
  const command = program
    .command('reconcile')
    .description('Prove it: compare every row in SQLite with the Parquet objects read back from the bucket.')
    .option('--node <id...>', 'only these nodes')
    .option('--findings <count>', 'name at most this many rows and objects', parseCount('--findings'), 100)
    .option('--days', 'print every day with its row counts and checksums')
    .option('--quick', 'trust objects that were read back before and are unchanged since')
    .option('--repair', 'deliver what is missing, then prove once more')
    .option('--by <name>', 'who repairs, for the audit trail; the user name when left out')
    .option('--trace <sequence>', 'follow one reading of one node from its row to the bucket', parseCount('--trace'))
    .option('--export <file>', 'also write the report, signed: .html or .json')
    .addHelpText('after', HELP)
    .action((options: ReconcileOptions, own: Command) =>
      cli.run(own, (context) => (options.trace === undefined ? reconcile(context, options) : trace(context, options))),
    )
  command
    .command('verify <file>')
    .description('Check that an exported report is what its key signed.')
    .action((file: string, _options: unknown, own: Command) => cli.run(own, (context) => verifyFile(context, file)))
}

const HELP = `
For each node, table, epoch and pipeline type, and each UTC day, rows and an order-independent content checksum of the
source are compared with what the bucket really holds. Rows in quarantine, filtered out or aggregated are accounted for
by the ledger. Exits 1 on any difference and names the rows. Rows not uploaded yet are "waiting", not a difference.

--repair puts objects back that are gone from the bucket, under their own names, and delivers rows that were inserted
below the position already reached. Nothing that is in the bucket is overwritten or deleted.
`

async function reconcile(
  { engine, io, nodes, out, signal }: CommandContext,
  options: ReconcileOptions,
): Promise<ExitCode> {
  const chosen = await nodes(options.node)
  const wanted = options.node === undefined ? undefined : chosen.map((node) => node.id)
  const own = await engine()
  own.events.on('reconcile.progressed', (progress) =>
    out.progress(
      `${progress.nodeId} ${progress.route}: ${progress.objectsDone} of ${progress.objectsTotal} objects, ${formatCount(progress.rowsDone)} rows`,
    ),
  )
  const of = wanted === undefined ? {} : { nodeIds: wanted }
  if (options.repair === true) {
    const by = options.by ?? io.env['USER'] ?? io.env['USERNAME'] ?? 'fieldgate'
    const repaired = await own.call('reconcile.repair', { ...of, by }, { signal })
    out.result(repaired, () => describeRepair(repaired, options.days === true))
    await exportTo(options.export)
    return repaired.report.isClean ? EXIT.done : EXIT.finding
  }
  const quick = options.quick === true ? { quick: true } : {}
  const report = await own.call('reconcile.run', { maxFindings: options.findings, ...of, ...quick }, { signal })
  out.result(report, () => describeReport(report, options.days === true) + adviceFor(report))
  await exportTo(options.export)
  return report.isClean ? EXIT.done : EXIT.finding

  async function exportTo(file: string | undefined): Promise<void> {
    if (file === undefined) return
    const format = extname(file) === '.json' ? 'json' : 'html'
    writeFileSync(resolve(io.cwd, file), (await own.call('reconcile.export', { format })).bytes)
    out.notice(`Signed report: ${file}`)
  }
}

/** Not said of a report that was exported, nor right after a repair: what it could deliver, it has. */
function adviceFor({ totals }: ReconcileReport): string {
  return totals.missing > 0 ? '\nfieldgate reconcile --repair delivers what is missing.' : ''
}

function describeRepair({ objects, rows, report }: RepairResult, withDays: boolean): string {
  const done = [
    ...(objects > 0 ? [`Put back ${plural(objects, 'object')}.`] : []),
    ...(rows > 0 ? [`Delivered ${plural(rows, 'row')}.`] : []),
  ]
  if (done.length === 0) done.push('Nothing was missing that could be delivered.')
  return `${describeReport(report, withDays)}\n${done.join(' ')}`
}

async function trace({ engine, nodes, out, signal }: CommandContext, options: ReconcileOptions): Promise<ExitCode> {
  const [node, ...others] = await nodes(options.node)
  if (node === undefined || others.length > 0) {
    throw new FieldgateError('invalid', 'A reading is traced on one node.', { hint: 'Name it with --node.' })
  }
  const found = await (
    await engine()
  ).call('reconcile.trace', { nodeId: node.id, sequence: options.trace as number }, { signal })
  out.result(found, () => describeTrace(found))
  return found.verdict === 'missing' || found.verdict === 'different' ? EXIT.finding : EXIT.done
}

function describeTrace(found: ReadingTrace): string {
  return [
    `Reading ${found.sequence} of ${found.nodeId} (${found.table}, ${found.route}): ${found.verdict}`,
    ...found.steps.map((step) => `  ${step.isFound ? '+' : '-'} ${step.title}: ${step.detail}`),
  ].join('\n')
}

async function verifyFile({ io, out }: CommandContext, file: string): Promise<ExitCode> {
  const bytes = Buffer.from(readText(resolve(io.cwd, file)))
  const { report, publicKey } = parseSigned(bytes.toString('utf8'))
  const isGenuine = verifyExport({ bytes })
  const key = createHash('sha256').update(publicKey).digest('hex').slice(0, 16)
  out.result({ isGenuine, key, takenAtMs: report.takenAtMs, isClean: report.isClean, totals: report.totals }, () =>
    isGenuine
      ? `Genuine: signed with key ${key} at ${new Date(report.takenAtMs).toISOString()}.\n${describeReport(report, false)}`
      : 'NOT GENUINE: the report was changed after it was signed.',
  )
  return isGenuine ? EXIT.done : EXIT.finding
}

function describeReport(report: ReconcileReport, withDays: boolean): string {
  if (report.lanes.length === 0 && report.isClean) return 'Nothing was delivered yet: there is nothing to prove.'
  const lines: string[] = []
  if (report.lanes.length > 0) lines.push(describeLanes(report.lanes), '')
  if (withDays) for (const lane of report.lanes) lines.push(describeDays(lane), '')
  for (const lane of report.lanes) {
    for (const finding of lane.findings) lines.push(`${lane.nodeId} ${lane.table} ${describeFinding(finding)}`)
  }
  for (const key of report.unknownObjects) lines.push(`unknown object: ${key}`)
  if (report.lanes.length === 0 && report.unknownObjects.length > 0) {
    lines.push(
      'The ledger knows nothing of these objects: fieldgate upload --once reads from the bucket what was delivered.',
    )
  }
  const { sourceRows, waiting, missing, duplicated, different } = report.totals
  lines.push(
    report.isClean
      ? `Clean: ${plural(sourceRows, 'row')} in SQLite accounted for, 0 missing, 0 duplicated, 0 different.`
      : `NOT CLEAN: ${formatCount(missing)} missing, ${formatCount(duplicated)} duplicated, ${formatCount(different)} different${unknownCount(report)}.`,
  )
  if (waiting > 0) lines.push(`${plural(waiting, 'row')} not uploaded yet.`)
  return lines.join('\n')
}

function unknownCount({ unknownObjects }: ReconcileReport): string {
  return unknownObjects.length === 0 ? '' : `, ${plural(unknownObjects.length, 'unknown object')}`
}

function describeLanes(lanes: readonly ReconcileLane[]): string {
  return formatTable<ReconcileLane>(
    [
      { title: 'NODE', value: (lane) => lane.nodeId },
      { title: 'TABLE', value: (lane) => lane.table },
      { title: 'TYPE', value: (lane) => lane.route },
      { title: 'EPOCH', value: (lane) => (lane.isSourceReadable ? lane.epoch : `${lane.epoch} (past)`) },
      { title: 'SOURCE', value: (lane) => lane.sourceRows },
      { title: 'DELIVERED', value: (lane) => lane.delivered },
      { title: 'QUARANTINED', value: (lane) => lane.quarantined },
      { title: 'FILTERED', value: (lane) => lane.filtered },
      { title: 'AGGREGATED', value: (lane) => lane.aggregated },
      { title: 'PURGED', value: (lane) => lane.purged },
      { title: 'WAITING', value: (lane) => lane.waiting },
      { title: 'MISSING', value: (lane) => lane.missing },
      { title: 'DUPLICATED', value: (lane) => lane.duplicated },
      { title: 'DIFFERENT', value: (lane) => lane.different },
    ],
    lanes,
  )
}

function describeDays(lane: ReconcileLane): string {
  const table = formatTable<ReconcileLane['days'][number]>(
    [
      { title: 'DAY', value: (day) => day.date ?? 'no time' },
      { title: 'SOURCE', value: (day) => day.sourceRows },
      { title: 'CHECKSUM', value: (day) => day.sourceChecksum },
      { title: 'BUCKET', value: (day) => day.bucketRows },
      { title: 'CHECKSUM', value: (day) => day.bucketChecksum },
      { title: 'OBJECTS', value: (day) => day.objects },
    ],
    lane.days,
  )
  return `${lane.nodeId} ${lane.table} ${lane.route} ${lane.epoch}\n${table}`
}

function describeFinding(finding: ReconcileFinding): string {
  const row = finding.sequence === undefined ? '' : ` row ${finding.sequence}`
  const key = finding.key === undefined ? '' : ` (${finding.key})`
  return `${finding.route} ${finding.kind}${row}: ${finding.message}${key}`
}
