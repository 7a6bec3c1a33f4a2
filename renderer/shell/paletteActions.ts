import { assertNever } from '../../shared/domain/errors.ts'
import { setFleetView } from '../screens/fleet/fleetView.ts'
import { SCREENS } from '../screens/index.ts'
import { openDoctor } from '../stores/doctor.ts'
import { retryUploads } from '../stores/executions.ts'
import { runProof } from '../stores/reconcile.ts'
import { makeSupportBundle } from '../stores/support.ts'
import { messages } from '../text/messages.ts'
import { copyText } from '../ui/copy.ts'
import { downloadFile } from '../ui/download.ts'
import { navigate } from '../ui/router.ts'
import { showFailure, showToast } from '../ui/toast.tsx'
import type { PaletteAction, PaletteDeed } from './paletteEntries.ts'
import { undo } from './globalShortcuts.ts'
import { openShortcuts } from './shortcutsOpen.ts'
import { chooseWorkspace, switchTheme } from './TitleBar.tsx'

const words = messages.shell

function attempt(title: string, deed: () => Promise<unknown>): void {
  void deed().catch((error: unknown) => showFailure(title, error))
}

async function saveBundle(): Promise<void> {
  const file = await makeSupportBundle()
  downloadFile(file.name, file.contentType, file.bytes)
}

/** The actions that are always there: every screen, and what concerns the whole workspace. */
export function paletteActions(): readonly PaletteAction[] {
  const { palette, shortcuts } = words
  return [
    ...SCREENS.filter((screen) => screen.isInNav).map(({ id, icon, label, shortcut }) => ({
      id: `go:${id}`,
      icon,
      label: shortcuts.go(label),
      keys: shortcut,
      run: () => navigate(id),
    })),
    { id: 'retry', icon: 'retry', label: palette.retryAll, run: () => attempt(palette.retryAll, () => retryUploads()) },
    {
      id: 'proof',
      icon: 'proof',
      label: palette.runProof,
      run: () => {
        navigate('proof')
        attempt(palette.runProof, () => runProof(false))
      },
    },
    { id: 'doctor', icon: 'doctor', label: palette.runDoctor, run: () => void openDoctor() },
    { id: 'addNode', icon: 'plus', label: messages.fleet.addNode, run: () => navigate('settings', 'nodes') },
    { id: 'linkCap', icon: 'slow', label: messages.settings.links.title, run: () => navigate('settings', 'links') },
    { id: 'undo', icon: 'undo', label: shortcuts.undo, keys: 'Ctrl Z', run: () => void undo() },
    { id: 'theme', icon: 'sun', label: shortcuts.theme, run: switchTheme },
    {
      id: 'bundle',
      icon: 'download',
      label: palette.supportBundle,
      run: () => attempt(palette.supportBundle, saveBundle),
    },
    { id: 'workspace', icon: 'folder', label: words.openWorkspace, keys: 'Ctrl O', run: () => void chooseWorkspace() },
    { id: 'help', icon: 'info', label: shortcuts.help, keys: '?', run: openShortcuts },
  ]
}

/** Does what an entry stands for. A switch opens its plan on the fleet; nothing is changed from the palette itself. */
export function doDeed(deed: PaletteDeed): void {
  switch (deed.kind) {
    case 'run':
      deed.run()
      break
    case 'switch':
      navigate('fleet')
      setFleetView({ selection: new Set(deed.nodeIds), planType: deed.type, query: '', labels: {}, deliver: 'any' })
      break
    case 'node':
      navigate('node', deed.nodeId)
      break
    case 'prefix':
      navigate('buckets', deed.bucket, deed.prefix)
      break
    case 'copy':
      void copyText(deed.text).then(
        (isCopied) => isCopied && showToast({ state: 'ok', title: messages.actions.copied, text: deed.text }),
      )
      break
    default:
      assertNever(deed)
  }
}
