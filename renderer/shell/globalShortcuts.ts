import { spotlight } from '@mantine/spotlight'
import { useEffect } from 'react'
import { SCREENS } from '../screens/index.ts'
import { undoLast, useActions } from '../stores/actions.ts'
import { messages } from '../text/messages.ts'
import { navigate } from '../ui/router.ts'
import { addShortcut } from '../ui/shortcuts.ts'
import { showFailure, showToast } from '../ui/toast.tsx'
import { openShortcuts } from './shortcutsOpen.ts'
import { chooseWorkspace } from './TitleBar.tsx'

const words = messages.shell

/** Takes back the last change and says what it was. */
export async function undo(): Promise<void> {
  const label = useActions.getState().last?.label
  try {
    const isDone = await undoLast()
    showToast(
      isDone ? { state: 'ok', title: words.undone(label ?? '') } : { state: 'none', title: words.nothingToUndo },
    )
  } catch (error) {
    showFailure(words.undoFailed, error)
  }
}

/** The shortcuts that work on every screen. */
export function useGlobalShortcuts(): void {
  useEffect(() => {
    const stops = [
      addShortcut({ keys: 'Ctrl K', label: words.shortcuts.palette, run: spotlight.toggle }),
      addShortcut({ keys: '?', label: words.shortcuts.help, run: openShortcuts }),
      addShortcut({ keys: 'Ctrl Z', label: words.shortcuts.undo, run: () => void undo() }),
      addShortcut({ keys: 'Ctrl O', label: words.openWorkspace, run: () => void chooseWorkspace() }),
      ...SCREENS.filter((screen) => screen.isInNav).map(({ id, label, shortcut }) =>
        addShortcut({ keys: shortcut, label: words.shortcuts.go(label), run: () => navigate(id) }),
      ),
    ]
    return () => {
      for (const stop of stops) stop()
    }
  }, [])
}
