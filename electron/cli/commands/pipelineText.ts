import type {
  PipelineChange,
  PipelineConfig,
  PipelineSetResult,
  PipelineStats,
  PipelineStatsReport,
} from '../../../shared/domain/pipelines.ts'
import { formatBytes, formatSpan, formatTable, formatTime, plural } from '../table.ts'

/** The form of the seed's `get`, line by line. */
export function describeConfig(config: PipelineConfig): string {
  return [
    'Current pipeline configuration:',
    `  Type: ${config.type}`,
    `  Updated: ${config.updatedAt === undefined ? 'never' : formatUpdated(config.updatedAt)}`,
    `  Updated by: ${config.updatedBy ?? (config.source === 'default' ? 'default' : 'unknown')}`,
    `  Reason: ${config.reason ?? (config.source === 'default' ? 'Nothing was set yet' : 'none given')}`,
  ].join('\n')
}

/** What a set did, and how many rows each way of switching covers. */
export function describeSet(result: PipelineSetResult): string {
  if (!result.changed) return `Pipeline is already set to: ${result.config.type}`
  const lines = [`Pipeline updated to: ${result.config.type} (was ${result.previousType})`]
  if (result.config.backfill) {
    lines.push(`  ${plural(result.backfillRows, 'row')} to deliver, earlier ones included.`)
  } else {
    lines.push(`  ${plural(result.continueRows, 'row')} to deliver from the present position on.`)
    const earlier = result.backfillRows - result.continueRows
    if (earlier > 0)
      lines.push(`  ${plural(earlier, 'earlier row')} stay with ${result.previousType}; --backfill delivers them too.`)
  }
  return lines.join('\n')
}

/** Newest first; an asterisk marks the one that holds. */
export function describeHistory(changes: readonly PipelineChange[]): string {
  if (changes.length === 0) return 'Nothing was set yet.'
  return formatTable<PipelineChange>(
    [
      { title: 'ID', value: (change) => `${change.id}${change.isCurrent ? ' *' : ''}` },
      { title: 'TYPE', value: (change) => change.type },
      { title: 'AT', value: (change) => (change.at === undefined ? undefined : formatUpdated(change.at)) },
      { title: 'BY', value: (change) => change.by },
      { title: 'REASON', value: (change) => change.reason },
    ],
    changes,
  )
}

/** Health, totals, then a line per type. */
export function describeStats(report: PipelineStatsReport): string {
  const { executions, failed, rows } = report.totals
  const lines = [
    `Pipeline statistics, last ${plural(report.hours, 'hour')}:`,
    `  Health: ${report.health}`,
    `  Total executions: ${executions}`,
    `  Failing now: ${failed}`,
    `  Rows: ${rows}`,
  ]
  if (report.foreignExecutions > 0) lines.push(`  Executions of an earlier system: ${report.foreignExecutions}`)
  if (report.byType.length === 0) return lines.join('\n')
  const table = formatTable<PipelineStats>(
    [
      { title: 'TYPE', value: (type) => type.route },
      { title: 'EXECUTIONS', value: (type) => type.executions },
      { title: 'ROWS', value: (type) => type.rows },
      { title: 'KEPT', value: (type) => type.kept },
      { title: 'REJECTED', value: (type) => type.rejected },
      { title: 'FILTERED', value: (type) => type.filtered },
      { title: 'AGGREGATED', value: (type) => type.aggregated },
      { title: 'BYTES', value: (type) => formatBytes(type.bytes) },
      { title: 'AVERAGE', value: (type) => formatSpan(type.averageMs) },
      { title: 'LAST', value: (type) => formatTime(type.lastFinishedAtMs) },
    ],
    report.byType,
  )
  return [...lines, '', table].join('\n')
}

/** `2024-01-20 10:30:45`, UTC, as the seed prints it; text that is no time stays as it is. */
function formatUpdated(text: string): string {
  const ms = Date.parse(text)
  return Number.isNaN(ms) ? text : new Date(ms).toISOString().slice(0, 19).replace('T', ' ')
}
