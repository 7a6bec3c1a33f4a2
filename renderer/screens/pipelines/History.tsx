import { useMemo, useRef, useState } from 'react'
import type { PipelineTimelineEntry } from '../../../shared/domain/pipelines.ts'
import { useTimeline } from '../../stores/timeline.ts'
import { messages } from '../../text/messages.ts'
import { useNow } from '../../ui/clock.ts'
import { Button } from '../../ui/Button.tsx'
import { SearchField } from '../../ui/fields.tsx'
import { TypeTag } from '../../ui/marks/TypeTag.tsx'
import { navigate } from '../../ui/router.ts'
import { Segmented } from '../../ui/Segmented.tsx'
import { useShortcut } from '../../ui/shortcuts.ts'
import { EmptyState, ErrorState, Skeleton } from '../../ui/states.tsx'
import { ColumnsMenu } from '../../ui/table/ColumnsMenu.tsx'
import { DataTable } from '../../ui/table/DataTable.tsx'
import { useDataTable } from '../../ui/table/useDataTable.ts'
import { CHANGE_COLUMNS } from './changeColumns.tsx'
import { buildLanes } from './lanes.ts'
import { Lanes } from './Lanes.tsx'

const words = messages.pipelines
const HOUR_MS = 3_600_000
export const PERIODS = ['6', '24', '168'] as const
export type Period = (typeof PERIODS)[number]
const TYPES = ['raw', 'schematized', 'aggregated', 'emergency', 'custom']
const idOf = (entry: PipelineTimelineEntry) => `${entry.nodeId}/${entry.id}`
const textOf = (entry: PipelineTimelineEntry) => `${entry.nodeId} ${entry.type} ${entry.by ?? ''} ${entry.reason ?? ''}`
const byMinute = (nowMs: number) => Math.floor(nowMs / 60_000)

/** Who switched what, when and why: as lanes and as a table. */
export function History({
  period,
  onPeriod,
}: {
  readonly period: Period
  readonly onPeriod: (period: Period) => void
}) {
  const { entries, load } = useTimeline()
  const [query, setQuery] = useState('')
  const search = useRef<HTMLInputElement>(null)
  useShortcut('F', words.filter, () => search.current?.focus())
  const minute = useNow(byMinute)
  const toMs = (minute + 1) * 60_000
  const fromMs = toMs - Number(period) * HOUR_MS
  const wanted = useMemo(() => {
    const lower = query.toLowerCase()
    return query === '' ? entries : entries.filter((entry) => entry.nodeId.toLowerCase().includes(lower))
  }, [entries, query])
  const lanes = useMemo(() => buildLanes(wanted, fromMs, toMs), [wanted, fromMs, toMs])
  const table = useDataTable({
    id: 'pipeline-changes',
    label: words.tabs.history,
    columns: CHANGE_COLUMNS,
    rows: entries,
    rowId: idOf,
    searchText: textOf,
    query,
    defaultSort: { columnId: 'when', isDescending: true },
  })
  return (
    <section className="pane">
      <div className="tablebar">
        <Segmented
          size="sm"
          label={words.period}
          value={period}
          options={PERIODS.map((value) => ({ value, label: words.periods[value] }))}
          onChange={onPeriod}
        />
        <SearchField label={words.filter} value={query} onChange={setQuery} inputRef={search} />
        <span className="grow" />
        <span className="row small t2 hide-1280 gap-3">
          {TYPES.map((type) => (
            <TypeTag key={type} type={type} />
          ))}
        </span>
        <Button size="sm" kind="ghost" icon="download" onClick={() => table.exportCsv('pipeline-changes')}>
          CSV
        </Button>
        <ColumnsMenu table={table} />
      </div>
      {load.phase === 'failed' && entries.length === 0 ? (
        <ErrorState error={load.error} />
      ) : load.phase === 'loading' && entries.length === 0 ? (
        <Skeleton />
      ) : (
        <>
          <Lanes lanes={lanes} fromMs={fromMs} toMs={toMs} />
          <DataTable
            table={table}
            onOpen={(entry) => navigate('node', entry.nodeId)}
            empty={<EmptyState title={words.emptyTitle}>{words.empty}</EmptyState>}
          />
        </>
      )}
    </section>
  )
}
