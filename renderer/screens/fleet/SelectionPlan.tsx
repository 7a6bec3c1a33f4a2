import { openDoctor } from '../../stores/doctor.ts'
import { pauseNodes, useNodes } from '../../stores/nodes.ts'
import { messages } from '../../text/messages.ts'
import { Box } from '../../ui/Box.tsx'
import { Button } from '../../ui/Button.tsx'
import { formatCount, formatNoun } from '../../ui/format.ts'
import { PlanDock } from '../../ui/PlanDock.tsx'
import { navigate } from '../../ui/router.ts'
import { useShortcut } from '../../ui/shortcuts.ts'
import { showFailure, showToast } from '../../ui/toast.tsx'
import { selectNodes, setFleetView, useFleetView } from './fleetView.ts'
import { SwitchPlan } from './SwitchPlan.tsx'

const words = messages.fleet
const NAMED = 3

/** What is selected and what can be done with it; the plan of a switch opens below. */
export function SelectionPlan() {
  const { selection, planType } = useFleetView()
  const byId = useNodes((state) => state.byId)
  const ids = [...selection]
  const isPlanning = planType !== null
  const isAllPaused = ids.every((id) => byId.get(id)?.uploadState === 'paused')
  const named = ids.slice(0, NAMED).join(', ')
  useShortcut('P', words.actions.switch, () => setFleetView({ planType: isPlanning ? null : undefined }))
  useShortcut('D', words.actions.doctor, () => void openDoctor(ids))
  useShortcut('Esc', messages.actions.discard, () =>
    isPlanning ? setFleetView({ planType: null }) : selectNodes(new Set()),
  )
  return (
    <PlanDock
      label={words.plan.label}
      title={
        <>
          <Box state="some" />
          <b className="medium nowrap">{words.selected(formatNoun(ids.length, 'node'))}</b>
          <span className="t3 small ell">
            {named}
            {ids.length > NAMED && ` ${words.more(formatCount(ids.length - NAMED))}`}
          </span>
        </>
      }
      actions={
        <>
          <Button size="sm" isOn={isPlanning} onClick={() => setFleetView({ planType: isPlanning ? null : undefined })}>
            {words.actions.switch}
          </Button>
          <Button size="sm" onClick={() => void pause(ids, !isAllPaused)}>
            {isAllPaused ? words.actions.resume : words.actions.pause}
          </Button>
          <Button size="sm" onClick={() => navigate('settings', 'links')}>
            {words.actions.linkCap}
          </Button>
          <Button size="sm" onClick={() => void openDoctor(ids)}>
            {words.actions.doctor}
          </Button>
        </>
      }
      onClear={() => selectNodes(new Set())}
    >
      {isPlanning && <SwitchPlan nodeIds={selection} type={planType} />}
    </PlanDock>
  )
}

async function pause(nodeIds: readonly string[], isPaused: boolean): Promise<void> {
  const count = formatNoun(nodeIds.length, 'node')
  try {
    await pauseNodes(nodeIds, isPaused)
    showToast({
      state: isPaused ? 'hold' : 'ok',
      title: isPaused ? words.paused(count) : words.resumed(count),
      text: isPaused ? words.pausedText : words.resumedText,
      actions: [{ label: messages.actions.undo, run: () => void pause(nodeIds, !isPaused) }],
    })
  } catch (error) {
    showFailure(words.pauseFailed, error)
  }
}
