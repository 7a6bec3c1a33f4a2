import { followAttention, loadAttention } from '../stores/attention.ts'
import { startConnection, whenReconnected } from '../stores/connection.ts'
import { followFleet, loadFleet, useFleet } from '../stores/fleet.ts'
import { followNodes, loadNodes } from '../stores/nodes.ts'
import { followTheme } from '../stores/preferences.ts'
import { followWorkspace, loadWorkspace, useWorkspace } from '../stores/workspace.ts'
import { syncClock } from '../ui/clock.ts'
import { handleKey } from '../ui/shortcuts.ts'
import { setTableScope } from '../ui/table/layout.ts'

/** Commands go before the focused control, so that it cannot swallow them; single keys come after it. */
function onCommand(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey) handleKey(event, Date.now())
}

function onKey(event: KeyboardEvent): void {
  if (!event.ctrlKey && !event.metaKey && !event.altKey) handleKey(event, Date.now())
}

/** Starts what every screen needs: theme, connection, workspace, nodes, figures, attention, keys. Returns the undo. */
export function startShell(page: Window = window): () => void {
  page.addEventListener('keydown', onCommand, { capture: true })
  page.addEventListener('keydown', onKey)
  const stops = [
    followTheme(page),
    startConnection(),
    useFleet.subscribe(({ status }) => status !== undefined && syncClock(status.takenAtMs)),
    useWorkspace.subscribe(({ workspace }, before) => {
      // Another workspace: nothing of the one before may stay on screen.
      if (workspace !== undefined && before.workspace !== undefined && workspace.folder !== before.workspace.folder) {
        page.location.reload()
      }
      if (before.workspace !== undefined && workspace?.startedAtMs !== before.workspace.startedAtMs) {
        for (const load of [loadNodes, loadFleet, loadAttention]) void load()
      }
      if (workspace !== undefined) setTableScope(workspace.isDemo ? 'demo' : workspace.folder)
    }),
    followWorkspace(),
    followNodes(),
    followFleet(),
    followAttention(),
    ...[loadWorkspace, loadNodes, loadFleet, loadAttention].map((load) => whenReconnected(() => void load())),
  ]
  return () => {
    page.removeEventListener('keydown', onCommand, { capture: true })
    page.removeEventListener('keydown', onKey)
    for (const stop of stops) stop()
  }
}
