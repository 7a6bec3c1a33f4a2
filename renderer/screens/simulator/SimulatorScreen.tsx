import { useEffect, useRef, useState } from 'react'
import type { SimulatedNode } from '../../../shared/domain/simulator.ts'
import { followSimulator, useSimulator } from '../../stores/simulator.ts'
import { messages } from '../../text/messages.ts'
import { Button } from '../../ui/Button.tsx'
import { SearchField } from '../../ui/fields.tsx'
import { formatCount, formatRate } from '../../ui/format.ts'
import { Head } from '../../ui/Head.tsx'
import { navigate } from '../../ui/router.ts'
import { useShortcut } from '../../ui/shortcuts.ts'
import { SidePaneButton } from '../../ui/SidePane.tsx'
import { EmptyState, ErrorState, Skeleton } from '../../ui/states.tsx'
import { ColumnsMenu } from '../../ui/table/ColumnsMenu.tsx'
import { DataTable } from '../../ui/table/DataTable.tsx'
import { useDataTable } from '../../ui/table/useDataTable.ts'
import { Controls } from './Controls.tsx'
import { SIMULATED_COLUMNS } from './nodeColumns.tsx'

const words = messages.simulator
const idOf = (node: SimulatedNode) => node.nodeId
const textOf = (node: SimulatedNode) => `${node.nodeId} ${node.scenario}`

/** The simulated nodes: what each writes now, and what can be made to happen to it. */
export function SimulatorScreen() {
  useEffect(followSimulator, [])
  const { nodes, load } = useSimulator()
  const [query, setQuery] = useState('')
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const search = useRef<HTMLInputElement>(null)
  useShortcut('F', words.filter, () => search.current?.focus())
  const table = useDataTable({
    id: 'simulated',
    label: words.title,
    columns: SIMULATED_COLUMNS,
    rows: nodes,
    rowId: idOf,
    searchText: textOf,
    query,
    defaultSort: { columnId: 'node', isDescending: false },
  })
  const running = nodes.filter((node) => node.isRunning)
  const rate = running.reduce((sum, node) => sum + node.ratePerSecond, 0)
  const targets = selected.size > 0 ? [...selected] : nodes.map(idOf)
  return (
    <>
      <Head
        title={words.title}
        {...(nodes.length === 0
          ? {}
          : { sub: words.sub(formatCount(running.length), formatCount(nodes.length), formatRate(rate)) })}
      >
        {nodes.length > 0 && <SidePaneButton label={words.controls} />}
      </Head>
      {load.phase === 'failed' && nodes.length === 0 ? (
        <ErrorState error={load.error} />
      ) : load.phase !== 'ready' && nodes.length === 0 ? (
        <Skeleton />
      ) : nodes.length === 0 ? (
        <EmptyState title={words.emptyTitle}>{words.empty}</EmptyState>
      ) : (
        <div className="sim">
          <section className="pane">
            <div className="tablebar">
              <SearchField label={words.filter} value={query} onChange={setQuery} inputRef={search} />
              <span className="grow" />
              <Button size="sm" kind="ghost" icon="download" onClick={() => table.exportCsv('simulated-nodes')}>
                CSV
              </Button>
              <ColumnsMenu table={table} />
            </div>
            <DataTable
              table={table}
              selection={selected}
              onSelect={setSelected}
              onOpen={(node) => navigate('node', node.nodeId)}
            />
          </section>
          <Controls nodeIds={targets} isAll={selected.size === 0} />
        </div>
      )}
    </>
  )
}
