import { useMemo } from 'react'
import type { NodeSummary } from '../../../shared/domain/node.ts'
import { loadNodes, useNodeList, useNodes } from '../../stores/nodes.ts'
import { useWorkspace } from '../../stores/workspace.ts'
import { messages } from '../../text/messages.ts'
import { Button } from '../../ui/Button.tsx'
import { formatCount, formatMoment, formatNoun } from '../../ui/format.ts'
import { LampMark } from '../../ui/marks/Lamp.tsx'
import { navigate } from '../../ui/router.ts'
import { Banner, EmptyState, ErrorState, Skeleton } from '../../ui/states.tsx'
import { ColumnsMenu } from '../../ui/table/ColumnsMenu.tsx'
import type { Grouping } from '../../ui/table/columns.ts'
import { DataTable } from '../../ui/table/DataTable.tsx'
import { useDataTable } from '../../ui/table/useDataTable.ts'
import type { DataTableModel } from '../../ui/table/useDataTable.ts'
import { FLEET_COLUMNS, nodeSearchText } from './fleetColumns.tsx'
import { FleetFilters, GroupMenu } from './FleetFilters.tsx'
import { passesFilters, selectNodes, setFleetView, useFleetView } from './fleetView.ts'
import { SelectionPlan } from './SelectionPlan.tsx'

const words = messages.fleet
const DEFAULT_SORT = { columnId: 'deliver', isDescending: true } as const

function nodeIdOf(node: NodeSummary): string {
  return node.nodeId
}

/** The rows of the fleet as the filters leave them. */
export function useFleetTable(): DataTableModel<NodeSummary> {
  const nodes = useNodeList()
  const { query, labels, deliver, group } = useFleetView()
  const rows = useMemo(() => nodes.filter((node) => passesFilters(node, labels, deliver)), [nodes, labels, deliver])
  const grouping = useMemo(() => groupingOf(group), [group])
  return useDataTable<NodeSummary>({
    id: 'fleet',
    label: words.table,
    columns: FLEET_COLUMNS,
    rows,
    rowId: nodeIdOf,
    searchText: nodeSearchText,
    query,
    grouping,
    defaultSort: DEFAULT_SORT,
  })
}

function groupingOf(group: string): Grouping<NodeSummary> | undefined {
  const label = (key: string, nodes: readonly NodeSummary[], isCollapsed: boolean) => (
    <>
      <b className="ell" title={key}>
        {key}
      </b>
      <span className="t3">{isCollapsed ? formatCount(nodes.length) : formatNoun(nodes.length, 'node')}</span>
    </>
  )
  if (group === 'site') return { key: (node) => node.site ?? words.noSite, label }
  if (group === 'pipeline') return { key: (node) => node.pipelineType ?? messages.lamp.unknown, label }
  if (group.startsWith('label:')) {
    const name = group.slice('label:'.length)
    return { key: (node) => node.labels[name] ?? words.noLabel(name), label }
  }
  return undefined
}

/** Filters, the table, and the plan for what is selected docked under it. */
export function FleetTable({ table }: { readonly table: DataTableModel<NodeSummary> }) {
  const load = useNodes((state) => state.load)
  const hasNodes = useNodes((state) => state.list.length > 0)
  const selection = useFleetView((state) => state.selection)
  return (
    <section className="pane">
      <div className="tablebar">
        <FleetFilters />
        <span className="grow" />
        <GroupMenu />
        <ColumnsMenu table={table} />
      </div>
      {hasNodes && load.phase === 'failed' && load.asOfMs !== undefined && (
        <Banner
          tone="bad"
          icon={<LampMark state="bad" />}
          action={
            <Button size="sm" icon="retry" onClick={() => void loadNodes()}>
              {messages.actions.retryNow}
            </Button>
          }
        >
          <b>{messages.load.asOf(formatMoment(load.asOfMs, Date.now()))}.</b> {load.error.message} {load.error.hint}
        </Banner>
      )}
      {!hasNodes && load.phase === 'failed' ? (
        <ErrorState error={load.error} onRetry={() => void loadNodes()} />
      ) : (
        <DataTable
          table={table}
          selection={selection}
          onSelect={selectNodes}
          onOpen={(node) => navigate('node', node.nodeId)}
          rowClass={(node) => (node.lamps.reach.state === 'off' ? 'dim' : undefined)}
          empty={hasNodes ? <NothingFound /> : <Reading />}
        />
      )}
      {selection.size > 0 && <SelectionPlan />}
      <span className="sr" role="status">
        {formatCount(table.rows.length)} {words.table}
      </span>
    </section>
  )
}

function Reading() {
  const nodes = useWorkspace((state) => state.workspace?.nodes)
  return <Skeleton text={nodes === undefined ? messages.load.loading : words.reading(formatNoun(nodes, 'database'))} />
}

function NothingFound() {
  return (
    <EmptyState
      title={words.nothingFound}
      action={
        <Button size="sm" onClick={() => setFleetView({ query: '', labels: {}, deliver: 'any' })}>
          {words.clearFilters}
        </Button>
      }
    >
      {words.nothingFoundText}
    </EmptyState>
  )
}
