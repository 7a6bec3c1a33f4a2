import { useMemo, useRef, useState } from 'react'
import type { QuarantineRecord } from '../../../shared/ipc/contract.ts'
import { currentPerson } from '../../stores/preferences.ts'
import { loadQuarantine, replayQuarantine, useQuarantine } from '../../stores/quarantine.ts'
import { messages } from '../../text/messages.ts'
import { Button } from '../../ui/Button.tsx'
import { now } from '../../ui/clock.ts'
import { SearchField } from '../../ui/fields.tsx'
import { formatCount, formatMoment, formatNoun } from '../../ui/format.ts'
import { navigateTo } from '../../ui/router.ts'
import { useShortcut } from '../../ui/shortcuts.ts'
import { EmptyState, ErrorState, Skeleton } from '../../ui/states.tsx'
import { showFailure, showToast } from '../../ui/toast.tsx'
import type { Column } from '../../ui/table/columns.ts'
import { ColumnsMenu } from '../../ui/table/ColumnsMenu.tsx'
import { DataTable } from '../../ui/table/DataTable.tsx'
import { useDataTable } from '../../ui/table/useDataTable.ts'

const words = messages.pipelines.quarantine
const NONE: ReadonlySet<string> = new Set()
const idOf = (record: QuarantineRecord) => String(record.id)
const textOf = (record: QuarantineRecord) =>
  `${record.nodeId} ${record.sequence} ${record.reasons.join(' ')} ${record.row}`

const COLUMNS: readonly Column<QuarantineRecord>[] = [
  {
    id: 'when',
    label: words.columns.when,
    width: 104,
    isDescendingFirst: true,
    cell: (record) => <span className="t2">{formatMoment(record.atMs, now())}</span>,
    value: (record) => record.atMs,
    csv: (record) => new Date(record.atMs).toISOString(),
  },
  {
    id: 'node',
    label: words.columns.node,
    width: 120,
    cell: (record) => <span className="medium">{record.nodeId}</span>,
    value: (record) => record.nodeId,
  },
  {
    id: 'sequence',
    label: words.columns.sequence,
    width: 92,
    align: 'right',
    cell: (record) => <span className="mono">{formatCount(record.sequence)}</span>,
    value: (record) => record.sequence,
  },
  {
    id: 'reasons',
    label: words.columns.reasons,
    width: 260,
    grows: true,
    cell: (record) => (
      <span className="c-warn ell" title={record.reasons.join('\n')}>
        {record.reasons.join('; ')}
      </span>
    ),
    value: (record) => record.reasons.join('; '),
  },
  {
    id: 'row',
    label: words.columns.row,
    width: 320,
    hideBelow: 1320,
    cell: (record) => (
      <span className="mono micro t2 ell" title={record.row}>
        {record.row}
      </span>
    ),
    value: (record) => record.row,
  },
]

/** Rows that broke a contract, by reason; replayed after the contract or the sensor was mended. */
export function QuarantineTab() {
  const { load, reasons, records } = useQuarantine()
  const [reason, setReason] = useState<string>()
  const [query, setQuery] = useState('')
  const [selected, setSelected] = useState<ReadonlySet<string>>(NONE)
  const [isBusy, setBusy] = useState(false)
  const search = useRef<HTMLInputElement>(null)
  useShortcut('F', words.filter, () => search.current?.focus())
  const rows = useMemo(
    () => (reason === undefined ? records : records.filter((record) => record.reasons.includes(reason))),
    [records, reason],
  )
  const table = useDataTable({
    id: 'quarantine',
    label: words.title,
    columns: COLUMNS,
    rows,
    rowId: idOf,
    searchText: textOf,
    query,
    defaultSort: { columnId: 'when', isDescending: true },
  })
  const total = reasons.reduce((sum, entry) => sum + entry.rows, 0)
  const replay = async () => {
    setBusy(true)
    try {
      const ids = selected.size > 0 ? [...selected].map(Number) : rows.map((record) => record.id)
      const outcome = await replayQuarantine(ids, currentPerson())
      setSelected(NONE)
      showToast({
        state: outcome.rejected > 0 ? 'warn' : 'ok',
        title: words.replayed(formatNoun(outcome.replayed, 'row')),
        text: outcome.rejected > 0 ? words.stillRejected(formatNoun(outcome.rejected, 'row')) : undefined,
      })
    } catch (error) {
      showFailure(words.failed, error)
    }
    setBusy(false)
  }
  if (load.phase === 'failed') return <ErrorState error={load.error} onRetry={() => void loadQuarantine()} />
  if (load.phase === 'loading' && records.length === 0) return <Skeleton />
  if (records.length === 0) return <EmptyState title={words.empty}>{words.emptyText}</EmptyState>
  return (
    <div className="pl">
      <section className="pane">
        <div className="tablebar">
          <SearchField label={words.filter} value={query} onChange={setQuery} inputRef={search} />
          <span className="t3 small">
            {records.length < total ? words.shown(formatCount(records.length), formatCount(total)) : ''}
          </span>
          <span className="grow" />
          <Button size="sm" kind="ghost" icon="download" onClick={() => table.exportCsv('quarantine')}>
            CSV
          </Button>
          <ColumnsMenu table={table} />
          <Button kind="primary" disabled={isBusy || rows.length === 0} onClick={() => void replay()}>
            {words.replay(formatNoun(selected.size > 0 ? selected.size : rows.length, 'row'))}
          </Button>
        </div>
        <DataTable
          table={table}
          selection={selected}
          onSelect={setSelected}
          onOpen={(record) => navigateTo(`proof?trace=${encodeURIComponent(`${record.nodeId}/${record.sequence}`)}`)}
        />
      </section>
      <aside className="pane pl-side">
        <div className="row pl-side-head">
          <h2 className="h2">{words.reasons}</h2>
        </div>
        <ul className="pl-reason-list">
          <li>
            <button
              type="button"
              className={reason === undefined ? 'on' : undefined}
              aria-pressed={reason === undefined}
              onClick={() => setReason(undefined)}
            >
              <span className="grow">{words.all}</span>
              <span className="num">{formatCount(total)}</span>
            </button>
          </li>
          {reasons.map((entry) => (
            <li key={entry.reason}>
              <button
                type="button"
                className={reason === entry.reason ? 'on' : undefined}
                aria-pressed={reason === entry.reason}
                onClick={() => setReason(entry.reason)}
              >
                <span className="grow">{entry.reason}</span>
                <span className="num">{formatCount(entry.rows)}</span>
              </button>
            </li>
          ))}
        </ul>
      </aside>
    </div>
  )
}
