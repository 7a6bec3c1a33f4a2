import type { SimulatedNode } from '../../../shared/domain/simulator.ts'
import { messages } from '../../text/messages.ts'
import { Age } from '../../ui/Age.tsx'
import { formatCount, formatRate } from '../../ui/format.ts'
import { LampMark } from '../../ui/marks/Lamp.tsx'
import { href } from '../../ui/router.ts'
import type { Column } from '../../ui/table/columns.ts'

const words = messages.simulator

/** Columns of the table of simulated nodes. */
export const SIMULATED_COLUMNS: readonly Column<SimulatedNode>[] = [
  {
    id: 'node',
    label: words.columns.node,
    width: 112,
    cell: (node) => (
      <a className="medium bare-link" href={href('node', node.nodeId)}>
        {node.nodeId}
      </a>
    ),
    value: (node) => node.nodeId,
  },
  {
    id: 'state',
    label: words.columns.state,
    width: 100,
    cell: (node) => (
      <LampMark state={node.problem !== undefined ? 'bad' : node.isRunning ? 'ok' : 'hold'} title={node.problem ?? ''}>
        {node.problem ?? (node.isRunning ? words.running : words.stopped)}
      </LampMark>
    ),
    value: (node) => (node.isRunning ? words.running : words.stopped),
  },
  {
    id: 'rate',
    label: words.columns.rate,
    width: 90,
    align: 'right',
    isDescendingFirst: true,
    cell: (node) => formatRate(node.ratePerSecond),
    value: (node) => node.ratePerSecond,
  },
  {
    id: 'scenario',
    label: words.columns.scenario,
    width: 110,
    cell: (node) => node.scenario,
    value: (node) => node.scenario,
  },
  {
    id: 'anomalies',
    label: words.columns.anomalies,
    width: 140,
    grows: true,
    cell: (node) =>
      node.activeAnomalies.length === 0 ? (
        <span className="t3">{words.none}</span>
      ) : (
        <LampMark state="warn">
          {node.activeAnomalies
            .map((anomaly) =>
              anomaly.field === undefined ? words.types[anomaly.type] : `${words.types[anomaly.type]} ${anomaly.field}`,
            )
            .join(', ')}
        </LampMark>
      ),
    value: (node) => node.activeAnomalies.map((anomaly) => anomaly.type).join(', '),
  },
  {
    id: 'rows',
    label: words.columns.rows,
    width: 100,
    align: 'right',
    isDescendingFirst: true,
    cell: (node) => formatCount(node.rowsWritten),
    value: (node) => node.rowsWritten,
  },
  {
    id: 'last',
    label: words.columns.last,
    width: 90,
    cell: (node) => (node.lastWriteMs === undefined ? '' : <Age sinceMs={node.lastWriteMs} />),
    value: (node) => node.lastWriteMs,
  },
  {
    id: 'seed',
    label: words.columns.seed,
    width: 156,
    hideBelow: 1320,
    cell: (node) => <span className="mono micro t3">{node.seed}</span>,
    value: (node) => node.seed,
  },
]
