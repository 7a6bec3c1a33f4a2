import type { ReconcileLane } from '../../../shared/domain/reconcile.ts'
import type { SignedReport } from '../support/signedReport.ts'

const STYLE = `body{font:14px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;background:#fff}
table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem}th,td{padding:.25rem .6rem;border-bottom:1px solid #d8dee4;text-align:right}
th:first-child,td:first-child{text-align:left}code{font-size:12px;word-break:break-all}.ok{color:#1a7f37}.bad{color:#cf222e}
@media(prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}th,td{border-color:#30363d}}`

/** The report as a page of its own: no scripts, no links; the signed data lies in it for `verifyExport`. */
export function reportHtml(signed: SignedReport): string {
  const { report } = signed
  const verdict = report.isClean
    ? '<p class="ok"><strong>Clean: every reading is accounted for, none twice.</strong></p>'
    : '<p class="bad"><strong>Not clean: see the findings below.</strong></p>'
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Fieldgate proof</title><style>${STYLE}</style></head><body>
<h1>Fieldgate proof</h1>
${verdict}
<p>Taken ${new Date(report.takenAtMs).toISOString()} in ${(report.tookMs / 1000).toFixed(1)} s, ${report.isFull ? 'every object read back' : 'unchanged objects trusted from an earlier proof'}. Store: ${escape(report.store)}</p>
${table(
  ['Total', 'Rows'],
  Object.entries(report.totals).map(([name, value]) => [name, String(value)]),
)}
${report.lanes.map(laneHtml).join('\n')}
${report.unknownObjects.length === 0 ? '' : `<h2>Objects nobody delivered</h2><ul>${report.unknownObjects.map((key) => `<li><code>${escape(key)}</code></li>`).join('')}</ul>`}
<h2>Signature</h2>
<p>ed25519 over the report in this page. Public key <code>${signed.publicKey}</code>, signature <code>${signed.signature}</code></p>
<script type="application/json" id="proof">${JSON.stringify(signed).replaceAll('<', String.raw`\u003c`)}</script>
</body></html>
`
}

function laneHtml(lane: ReconcileLane): string {
  const days = lane.days.map((day) => [
    day.date ?? 'no time',
    String(day.sourceRows),
    String(day.bucketRows),
    day.sourceChecksum === day.bucketChecksum ? 'equal' : `${day.sourceChecksum} / ${day.bucketChecksum}`,
    String(day.objects),
  ])
  const findings = lane.findings.map((finding) => [finding.kind, finding.message, finding.key ?? ''])
  return `<h2>${escape(`${lane.nodeId} · ${lane.table} · ${lane.route}`)}</h2>
<p>Epoch ${escape(lane.epoch)}. Delivered ${lane.delivered}, quarantined ${lane.quarantined}, filtered ${lane.filtered}, aggregated ${lane.aggregated}, purged ${lane.purged}, waiting ${lane.waiting}, missing ${lane.missing}, duplicated ${lane.duplicated}, different ${lane.different}.</p>
${table(['Day (UTC)', 'SQLite', 'Bucket', 'Checksum', 'Objects'], days)}
${findings.length === 0 ? '' : table(['Finding', 'What', 'Object'], findings)}`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (tag: string, row: readonly string[]): string =>
    `<tr>${row.map((cell) => `<${tag}>${escape(cell)}</${tag}>`).join('')}</tr>`
  return `<table><thead>${cells('th', head)}</thead><tbody>${rows.map((row) => cells('td', row)).join('')}</tbody></table>`
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
