import { useFleet } from '../../stores/fleet.ts'
import { useNodes } from '../../stores/nodes.ts'
import { useWorkspace } from '../../stores/workspace.ts'
import { messages } from '../../text/messages.ts'
import { Button } from '../../ui/Button.tsx'
import { formatNoun } from '../../ui/format.ts'
import { Head } from '../../ui/Head.tsx'
import { navigate } from '../../ui/router.ts'
import { Segmented } from '../../ui/Segmented.tsx'
import { useShortcut } from '../../ui/shortcuts.ts'
import { SidePane, SidePaneButton } from '../../ui/SidePane.tsx'
import { AttentionList } from './AttentionList.tsx'
import { FirstRun } from './FirstRun.tsx'
import { FleetFigures } from './FleetFigures.tsx'
import { FleetMap } from './FleetMap.tsx'
import { FleetTable, useFleetTable } from './FleetTable.tsx'
import { setFleetView, useFleetView } from './fleetView.ts'
import { useFirstRun } from '../../stores/firstRun.ts'

const words = messages.fleet

/** The fleet: five figures, the nodes, where they are and what needs a person. First run when there is nothing yet. */
export function FleetScreen() {
  const isFirstRun = useFirstRun((state) => state.isShown)
  const isReady =
    useNodes((state) => state.load.phase !== 'idle') && useWorkspace((state) => state.workspace !== undefined)
  if (isReady && isFirstRun) return <FirstRun />
  return <Fleet />
}

function Fleet() {
  const table = useFleetTable()
  const status = useFleet((state) => state.status)
  const layout = useFleetView((state) => state.layout)
  const isPlanning = useFleetView((state) => state.planType !== null && state.selection.size > 0)
  // The demo's own bar carries the one primary button of its screen.
  const isDemo = useWorkspace((state) => state.workspace?.isDemo ?? false)
  const addNode = () => navigate('settings', 'nodes')
  useShortcut('A', words.addNode, addNode)
  return (
    <>
      <Head
        title={words.title}
        sub={status && words.sub(formatNoun(status.nodes, 'node'), formatNoun(status.sites, 'site'))}
      >
        <Segmented
          label={words.view.label}
          value={layout}
          onChange={(next) => setFleetView({ layout: next })}
          options={[
            { value: 'table', label: words.view.table },
            { value: 'both', label: words.view.both },
            { value: 'map', label: words.view.map },
          ]}
        />
        {layout === 'both' && <SidePaneButton label={words.side} icon="map" />}
        <Button icon="download" onClick={() => table.exportCsv('fleet')}>
          {messages.actions.csv}
        </Button>
        <Button kind={isPlanning || isDemo ? 'default' : 'primary'} icon="plus" keys="A" onClick={addNode}>
          {words.addNode}
        </Button>
      </Head>
      <FleetFigures />
      <div className={`fleet${layout === 'table' ? ' table-only' : layout === 'map' ? ' map-only' : ''}`}>
        {layout !== 'map' && <FleetTable table={table} />}
        {layout === 'both' && (
          <SidePane label={words.side} className="fleet-side">
            <FleetMap />
            <AttentionList />
          </SidePane>
        )}
        {layout === 'map' && (
          <aside className="pane" aria-label={words.view.map}>
            <FleetMap />
          </aside>
        )}
      </div>
    </>
  )
}
