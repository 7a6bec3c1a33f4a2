import { useState } from 'react'
import type { Execution } from '../../../shared/domain/execution.ts'
import type { ReadingsPage } from '../../../shared/domain/node.ts'
import { listExecutions } from '../../stores/executions.ts'
import { readHealth, readHistory, readRecent } from '../../stores/series.ts'
import { messages } from '../../text/messages.ts'
import { now } from '../../ui/clock.ts'
import { formatBytes, formatClock, formatCount, formatDuration, formatMoment, formatRange } from '../../ui/format.ts'
import { LampMark } from '../../ui/marks/Lamp.tsx'
import { TypeTag } from '../../ui/marks/TypeTag.tsx'
import { navigateTo } from '../../ui/router.ts'
import { Scroll } from '../../ui/Scroll.tsx'
import { EmptyState, ErrorState, Skeleton } from '../../ui/states.tsx'
import { useShownColumns } from './inUnits.ts'
import type { ShownColumn } from './inUnits.ts'
import { usePoll } from './usePoll.ts'
import type { Polled } from './usePoll.ts'

const words = messages.node
const TABS = ['readings', 'executions', 'changes', 'schema'] as const
type Tab = (typeof TABS)[number]
const ROWS = 100

const recent = (nodeId: string) => readRecent(nodeId, ROWS)
const executions = (nodeId: string) => listExecutions(nodeId, ROWS)
const history = (nodeId: string) => readHistory(nodeId, ROWS)

/** Below the charts: newest readings, executions, pipeline changes, and what the file holds. */
export function Below({ nodeId }: { readonly nodeId: string }) {
  const [tab, setTab] = useState<Tab>('readings')
  return (
    <>
      <div className="tabs nd-tabs" role="tablist">
        {TABS.map((id) => (
          <button
            key={id}
            type="button"
            role="tab"
            aria-selected={tab === id}
            className={tab === id ? 'on' : undefined}
            onClick={() => setTab(id)}
          >
            {words.tabs[id]}
          </button>
        ))}
      </div>
      {tab === 'readings' && <Readings nodeId={nodeId} />}
      {tab === 'executions' && <Executions nodeId={nodeId} />}
      {tab === 'changes' && <Changes nodeId={nodeId} />}
      {tab === 'schema' && <Schema nodeId={nodeId} />}
    </>
  )
}

function stateOf<T>(polled: Polled<T>): React.ReactNode {
  if (polled.value !== undefined) return undefined
  return polled.error === undefined ? <Skeleton /> : <ErrorState error={polled.error} />
}

const HIDDEN = new Set([
  'id',
  'anomaly_flag',
  'original_timezone',
  'synced',
  'serial_number',
  'manufacture_date',
  'instance_id',
  'sensor_type',
])
const MOST_COLUMNS = 10

function Readings({ nodeId }: { readonly nodeId: string }) {
  const polled = usePoll(nodeId, recent, 2_000)
  const columnOf = useShownColumns(nodeId)
  const page = polled.value
  if (page === undefined) return stateOf(polled)
  if (page.rows.length === 0) return <EmptyState title={words.noReadings}>{words.noReadingsText}</EmptyState>
  const shown = chooseColumns(page)
  const anomalyAt = page.columns.indexOf('anomaly_type') + 1
  return (
    <Scroll label={words.tabs.readings}>
      <table className="tbl nd-readings">
        <thead>
          <tr>
            <th className="num">{words.sequence}</th>
            {shown.map(({ name, isNumber }) => (
              <th key={name} className={isNumber ? 'num' : undefined} title={name}>
                {name}
                {columnOf(name).unit !== undefined && <span className="t3"> {columnOf(name).unit}</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {page.rows.map((row) => (
            <tr
              key={String(row[0])}
              onDoubleClick={() => navigateTo(`proof?trace=${encodeURIComponent(`${nodeId}/${String(row[0])}`)}`)}
            >
              <td className="num mono">{typeof row[0] === 'number' ? formatCount(row[0]) : row[0]}</td>
              {shown.map(({ name, at, isNumber }) => (
                <td key={name} className={isNumber ? 'num' : undefined} title={String(row[at] ?? '')}>
                  {at === anomalyAt && row[at] !== null ? (
                    <LampMark state="warn">{String(row[at])}</LampMark>
                  ) : (
                    cellText(row[at], name, columnOf(name))
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}

/** The columns that tell something: time first, then what varies; a column with one value on all rows comes last. */
function chooseColumns(
  page: ReadingsPage,
): readonly { readonly name: string; readonly at: number; readonly isNumber: boolean }[] {
  const all = page.columns.map((name, index) => {
    const values = page.rows.map((row) => row[index + 1])
    return {
      name,
      at: index + 1,
      isNumber: values.some((value) => typeof value === 'number'),
      varies: new Set(values).size > 1,
    }
  })
  const useful = all.filter((column) => !HIDDEN.has(column.name))
  const chosen = [...useful.filter((column) => column.varies), ...useful.filter((column) => !column.varies)].slice(
    0,
    MOST_COLUMNS,
  )
  return chosen.toSorted((a, b) => a.at - b.at)
}

function cellText(value: string | number | null | undefined, name: string, column: ShownColumn): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number') {
    const shown = column.convert(value)
    return Number.isInteger(shown) ? String(shown) : shown.toFixed(2)
  }
  const at = /time/i.test(name) ? Date.parse(value) : Number.NaN
  return Number.isNaN(at) ? value : formatMoment(at, now())
}

const STATES: Readonly<Record<Execution['state'], 'ok' | 'warn' | 'off'>> = {
  claimed: 'off',
  encoded: 'off',
  succeeded: 'ok',
  abandoned: 'warn',
}

function Executions({ nodeId }: { readonly nodeId: string }) {
  const polled = usePoll(nodeId, executions, 1_000)
  const list = polled.value
  if (list === undefined) return stateOf(polled)
  if (list.length === 0) return <EmptyState title={words.noExecutions} />
  const columns = words.executionColumns
  return (
    <Scroll label={words.tabs.executions}>
      <table className="tbl">
        <thead>
          <tr>
            <th className="num">{columns.id}</th>
            <th>{columns.when}</th>
            <th>{columns.route}</th>
            <th className="num">{columns.range}</th>
            <th className="num">{columns.rows}</th>
            <th className="num">{columns.size}</th>
            <th>{columns.state}</th>
            <th className="num">{columns.took}</th>
          </tr>
        </thead>
        <tbody>
          {list.map((execution) => (
            <tr key={execution.id}>
              <td className="num mono">{execution.id}</td>
              <td className="t2">{formatMoment(execution.claimedAtMs, now())}</td>
              <td>
                <TypeTag type={execution.route} />
              </td>
              <td className="num mono">{formatRange(execution.fromSeq, execution.toSeq)}</td>
              <td className="num">{formatCount(execution.counts.read)}</td>
              <td className="num">{formatBytes(execution.bytes)}</td>
              <td title={execution.failure?.message}>
                <LampMark state={execution.failure === undefined ? STATES[execution.state] : 'bad'}>
                  {execution.failure?.code ?? execution.state}
                </LampMark>
              </td>
              <td className="num t2">
                {execution.finishedAtMs === undefined
                  ? ''
                  : formatDuration(execution.finishedAtMs - execution.claimedAtMs)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}

function Changes({ nodeId }: { readonly nodeId: string }) {
  const polled = usePoll(nodeId, history, 5_000)
  const list = polled.value
  if (list === undefined) return stateOf(polled)
  if (list.length === 0) return <EmptyState title={words.noChanges} />
  return (
    <Scroll label={words.tabs.changes}>
      <table className="tbl">
        <thead>
          <tr>
            <th>{words.changeColumns.when}</th>
            <th>{words.changeColumns.type}</th>
            <th>{words.changeColumns.by}</th>
            <th>{words.changeColumns.why}</th>
          </tr>
        </thead>
        <tbody>
          {list.map((change) => (
            <tr key={change.id}>
              <td className="t2">{change.at === undefined ? '' : formatMoment(Date.parse(change.at), now())}</td>
              <td>
                <span className="row">
                  <TypeTag type={change.type} />
                  {change.isCurrent && <span className="t3 micro">{words.current}</span>}
                </span>
              </td>
              <td>{change.by}</td>
              <td className="t2" title={change.reason}>
                {change.reason}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}

function Schema({ nodeId }: { readonly nodeId: string }) {
  const polled = usePoll(nodeId, readHealth, 10_000)
  const health = polled.value
  if (health === undefined) return stateOf(polled)
  return (
    <Scroll label={words.tabs.schema}>
      <table className="tbl">
        <thead>
          <tr>
            <th>{words.schemaColumns.table}</th>
            <th className="num">{words.schemaColumns.rows}</th>
            <th>{words.schemaColumns.problem}</th>
          </tr>
        </thead>
        <tbody>
          {health.tables.map((table) => (
            <tr key={table.name}>
              <td className="mono">{table.name}</td>
              <td className="num">{formatCount(table.rows)}</td>
              <td className="t2" title={table.problem}>
                {table.problem ?? words.usable}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="micro t3 nd-pad">{words.asOf(formatClock(health.takenAtMs))}</p>
    </Scroll>
  )
}
