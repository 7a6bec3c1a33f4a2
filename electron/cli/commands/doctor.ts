import type { Command } from 'commander'
import type { DoctorFinding, DoctorReport } from '../../../shared/domain/attention.ts'
import type { Cli } from '../cli.ts'
import { EXIT } from '../exitCodes.ts'
import { formatSpan, formatTime } from '../table.ts'

interface DoctorOptions {
  readonly node?: string
  readonly fix?: boolean
  readonly all?: boolean
  readonly by?: string
}

/** `fieldgate doctor`: finds what is wrong, says why it matters and what to do, and repairs what is safe to repair. */
export function registerDoctor(program: Command, cli: Cli): void {
  program
    .command('doctor')
    .description('Check nodes, store, disk and ledger; say what is wrong, why it matters and what to do.')
    .option('--node <id>', 'only this node')
    .option('--fix', 'repair what can be repaired safely; originals are kept')
    .option('--all', 'also list what is in order')
    .option('--by <name>', 'who repairs, for the audit trail; the user name when left out')
    .addHelpText('after', HELP)
    .action((options: DoctorOptions, command: Command) =>
      cli.run(command, async ({ engine, nodes: findNodes, out, io, signal }) => {
        await findNodes(options.node === undefined ? undefined : [options.node])
        const running = await engine()
        const input = options.node === undefined ? {} : { nodeId: options.node }
        let report = await running.call('doctor.run', input, { signal })
        const repairs: DoctorFinding[] = []
        if (options.fix === true) {
          const by = options.by ?? io.env['USER'] ?? io.env['USERNAME'] ?? 'fieldgate'
          for (const { id } of report.findings.filter(isRepairable)) {
            out.progress(`Repairing ${id}`)
            repairs.push(...(await running.call('doctor.fix', { id, by }, { signal })).findings)
          }
          if (repairs.length > 0) report = await running.call('doctor.run', input, { signal })
        }
        out.result(options.fix === true ? { ...report, repairs } : report, () =>
          describe(report, repairs, options.all === true),
        )
        return report.bad + report.warn === 0 ? EXIT.done : EXIT.finding
      }),
    )
}

const HELP = `
Exits 1 while anything is left to mend. A damaged database is never changed: --fix saves what can be read into a new
file beside it and says how many rows were saved and lost.

Examples:
  fieldgate doctor
  fieldgate doctor --node midland-04 --fix
  fieldgate doctor --json
`

function isRepairable(finding: DoctorFinding): boolean {
  return finding.isFixable && (finding.verdict === 'bad' || finding.verdict === 'warn')
}

function describe(report: DoctorReport, repairs: readonly DoctorFinding[], showsAll: boolean): string {
  const shown = report.findings.filter((finding) => showsAll || finding.verdict === 'bad' || finding.verdict === 'warn')
  const groups = Map.groupBy(shown, (finding) => `${finding.check} ${finding.verdict} ${finding.title}`)
  const sections = [...groups.values()].flatMap((group) =>
    group.length > MANY
      ? [describeMany(group, report.takenAtMs)]
      : group.map((finding) => describeFinding(finding, report.takenAtMs)),
  )
  const done = repairs.map((repair) => `repaired  ${repair.subject}: ${repair.evidence}`)
  const rest = report.findings.length - report.bad - report.warn
  const summary = `${report.bad} bad, ${report.warn} to watch, ${rest} in order or not applicable.`
  return [...done, ...sections, summary].join('\n')
}

/** From this many on, those with one illness are told together. */
const MANY = 3

function describeMany(findings: readonly DoctorFinding[], nowMs: number): string {
  const [first] = findings as [DoctorFinding, ...DoctorFinding[]]
  const names = findings.slice(0, NAMES_SHOWN).map((finding) => finding.subject)
  const rest = findings.length - names.length
  const subject = `${names.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
  const retries = findings.flatMap(({ nextRetryMs }) => (nextRetryMs === undefined ? [] : [nextRetryMs]))
  const nextRetryMs = retries.length === 0 ? undefined : Math.min(...retries)
  return describeFinding({ ...first, subject, evidence: `${first.subject}: ${first.evidence}`, nextRetryMs }, nowMs)
}

const NAMES_SHOWN = 6

function describeFinding(finding: DoctorFinding, nowMs: number): string {
  const { verdict, subject, title, evidence, why, remedy } = finding
  const lines = [`${verdict.padEnd(8)}  ${subject}: ${title}`, `          ${evidence}`]
  if (verdict === 'ok' || verdict === 'skipped') return lines.join('\n')
  lines.push(`          Why: ${why}`)
  if (remedy !== undefined) lines.push(`          Do:  ${remedy.detail}`)
  if (remedy?.command !== undefined) lines.push(`               ${remedy.command}`)
  if (finding.isFixable) lines.push(`               fieldgate doctor --fix`)
  if (finding.nextRetryMs !== undefined) lines.push(`          Next: ${describeRetry(finding.nextRetryMs, nowMs)}`)
  return lines.join('\n')
}

/** The times of several nodes differ; the first is told. */
function describeRetry(atMs: number, nowMs: number): string {
  return atMs > nowMs
    ? `tried again at ${formatTime(atMs)}, in ${formatSpan(atMs - nowMs)}`
    : 'tried again with the next upload, it is due'
}
