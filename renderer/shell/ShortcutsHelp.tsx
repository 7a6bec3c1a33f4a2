import { useSyncExternalStore } from 'react'
import { SCREENS } from '../screens/index.ts'
import { messages } from '../text/messages.ts'
import { Dialog } from '../ui/Dialog.tsx'
import { listShortcuts, onShortcuts } from '../ui/shortcuts.ts'
import { closeShortcuts, useShortcutsOpen } from './shortcutsOpen.ts'

const words = messages.shell.shortcuts
const EVERYWHERE: ReadonlySet<string> = new Set([
  'Ctrl K',
  '?',
  'Ctrl Z',
  'Ctrl O',
  ...SCREENS.map(({ shortcut }) => shortcut),
])

/** Every shortcut that works now: those of this screen, those everywhere, and the keys of tables. */
export function ShortcutsHelp() {
  const isOpen = useShortcutsOpen((state) => state.isOpen)
  const signature = useSyncExternalStore(onShortcuts, () =>
    listShortcuts()
      .map(({ keys, label }) => `${keys}\t${label}`)
      .join('\n'),
  )
  const all = signature.split('\n').map((line) => line.split('\t') as [string, string])
  return (
    <Dialog title={words.title} isOpen={isOpen} onClose={closeShortcuts} isWide>
      <div className="keys">
        <List title={words.here} entries={all.filter(([keys]) => !EVERYWHERE.has(keys))} />
        <List title={words.everywhere} entries={all.filter(([keys]) => EVERYWHERE.has(keys))} />
        <List title={words.tables} entries={words.table} />
      </div>
    </Dialog>
  )
}

function List({
  title,
  entries,
}: {
  readonly title: string
  readonly entries: readonly (readonly [string, string])[]
}) {
  if (entries.length === 0) return null
  return (
    <section>
      <h3 className="h2">{title}</h3>
      <dl>
        {entries.map(([keys, label]) => (
          <div key={keys} className="row">
            <dt>
              {keys.split(' ').map((key) => (
                <kbd key={key} className="kbd">
                  {key}
                </kbd>
              ))}
            </dt>
            <dd className="small t2">{label}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
