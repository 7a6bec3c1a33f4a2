import { useMemo, useRef, useState } from 'react'
import { loadOlderExecutions, useExecutions } from '../../stores/executions.ts'
import { messages } from '../../text/messages.ts'
import { Button } from '../../ui/Button.tsx'
import { SearchField } from '../../ui/fields.tsx'
import { formatNoun } from '../../ui/format.ts'
import { Head } from '../../ui/Head.tsx'
import { Mark } from '../../ui/marks/Mark.tsx'
import { navigate } from '../../ui/router.ts'
import { Segmented } from '../../ui/Segmented.tsx'
import { useShortcut } from '../../ui/shortcuts.ts'
import { SidePaneButton } from '../../ui/SidePane.tsx'
import { openSidePane, useSidePane } from '../../ui/sidePaneState.ts'
import { EmptyState, ErrorState, Skeleton } from '../../ui/states.tsx'
import { ColumnsMenu } from '../../ui/table/ColumnsMenu.tsx'
import { DataTable } from '../../ui/table/DataTable.tsx'
import { useDataTable } from '../../ui/table/useDataTable.ts'
import { useStable } from '../../ui/useStable.ts'
import { ACTIVITY_COLUMNS, activitySearchText } from './activityColumns.tsx'
import { ActivityDetail } from './ActivityDetail.tsx'
import type { ActivityRow, ActivityStateId } from './activityRows.ts'
import { useActivity } from './useActivity.ts'
import type { ActivityKind } from './useActivity.ts'

const words = messages.activity
const DEFAULT_SORT = { columnId: 'time', isDescending: true } as const
const CHIPS = [
  { state: 'stalled', mark: 'bad' },
  { state: 'retrying', mark: 'warn' },
  { state: 'waiting', mark: 'off' },
] as const

function idOf(row: ActivityRow): string {
  return row.id
}

/** One stream of executions and changes; the chosen one explains itself at the right. */
export function ActivityScreen() {
  const [kind, setKind] = useState<ActivityKind>('all')
  const [isHeld, setHeld] = useState(false)
  const [query, setQuery] = useState('')
  const [only, setOnly] = useState<ActivityStateId>()
  const [cursorId, setCursorId] = useState<string>()
  const input = useRef<HTMLInputElement>(null)
  const { rows, today, hasMoreToday } = useActivity(kind, isHeld)
  const shown = useMemo(() => (only === undefined ? rows : rows.filter(({ state }) => state === only)), [rows, only])
  const table = useDataTable<ActivityRow>({
    id: 'activity',
    label: words.table,
    columns: ACTIVITY_COLUMNS,
    rows: shown,
    rowId: idOf,
    searchText: activitySearchText,
    query,
    defaultSort: DEFAULT_SORT,
  })
  const { load, hasOlder } = useExecutions()
  const readOlder = useStable(() => {
    if (hasOlder && load.phase === 'ready') void loadOlderExecutions()
  })
  useShortcut('F', words.filter, () => input.current?.focus())
  useShortcut('Space', isHeld ? words.goOn : words.hold, () => setHeld(!isHeld))

  const { isDrawer } = useSidePane()
  const open = (row: ActivityRow) => {
    if (isDrawer) openSidePane()
    else if (row.source.kind === 'execution') navigate('node', row.node)
  }
  const worst = rows.find(({ state }) => state === 'stalled') ?? rows.find(({ state }) => state === 'retrying')
  const chosen = rows.find(({ id }) => id === cursorId) ?? worst
  return (
    <>
      <Head title={words.title} sub={isHeld ? words.held : words.sub(formatNoun(today, 'execution'), hasMoreToday)}>
        <Segmented
          label={words.kinds.label}
          value={kind}
          onChange={setKind}
          options={[
            { value: 'all', label: words.kinds.all },
            { value: 'executions', label: words.kinds.executions },
            { value: 'changes', label: words.kinds.changes },
          ]}
        />
        <SidePaneButton label={words.detail.label} icon="doc" />
        <Button icon="download" onClick={() => table.exportCsv('activity')}>
          {messages.actions.csv}
        </Button>
        <Button icon={isHeld ? 'play' : 'pause'} keys="Space" isOn={isHeld} onClick={() => setHeld(!isHeld)}>
          {isHeld ? words.goOn : words.hold}
        </Button>
      </Head>
      <div className="ac">
        <section className="pane">
          <div className="tablebar">
            <SearchField label={words.filter} value={query} width={220} inputRef={input} onChange={setQuery} />
            <StateChips rows={rows} only={only} onOnly={setOnly} />
            <span className="grow" />
            <ColumnsMenu table={table} />
          </div>
          {rows.length === 0 && load.phase === 'failed' ? (
            <ErrorState error={load.error} />
          ) : (
            <DataTable
              table={table}
              cursorId={chosen?.id}
              onCursor={setCursorId}
              rowClass={(row) => (row.id === chosen?.id ? 'sel' : undefined)}
              onOpen={open}
              onEndReached={readOlder}
              empty={<Nothing isFiltered={rows.length > 0} isLoading={load.phase === 'loading'} />}
            />
          )}
        </section>
        <ActivityDetail row={chosen} />
      </div>
    </>
  )
}

/** How many lines are in each state that matters; a click shows only those. */
function StateChips({
  rows,
  only,
  onOnly,
}: {
  readonly rows: readonly ActivityRow[]
  readonly only: ActivityStateId | undefined
  readonly onOnly: (state: ActivityStateId | undefined) => void
}) {
  return CHIPS.map(({ state, mark }) => {
    const count = rows.reduce((sum, row) => sum + (row.state === state ? 1 : 0), 0)
    if (count === 0 && only !== state) return null
    return (
      <button
        key={state}
        type="button"
        className={`chip lamp ${mark}${only === state ? ' on' : ''}`}
        aria-pressed={only === state}
        onClick={() => onOnly(only === state ? undefined : state)}
      >
        <Mark state={mark} size={9} />
        <b>
          {count} {words.states[state]}
        </b>
      </button>
    )
  })
}

function Nothing({ isFiltered, isLoading }: { readonly isFiltered: boolean; readonly isLoading: boolean }) {
  if (isFiltered) return <EmptyState title={words.nothingFound} />
  if (isLoading) return <Skeleton />
  return <EmptyState title={words.nothing}>{words.nothingText}</EmptyState>
}
