import { useEffect } from 'react'
import type { ReactNode } from 'react'
import { whenReconnected } from '../../stores/connection.ts'
import { discardChanges, loadSettings, saveSettings, useSettings } from '../../stores/settings.ts'
import { currentPerson } from '../../stores/preferences.ts'
import { useWorkspace } from '../../stores/workspace.ts'
import { messages } from '../../text/messages.ts'
import { Button } from '../../ui/Button.tsx'
import { formatNoun } from '../../ui/format.ts'
import { Head } from '../../ui/Head.tsx'
import { Icon } from '../../ui/Icon.tsx'
import type { IconName } from '../../ui/Icon.tsx'
import { href, useRoute } from '../../ui/router.ts'
import { useShortcut } from '../../ui/shortcuts.ts'
import { SidePaneButton } from '../../ui/SidePane.tsx'
import { showFailure, showToast } from '../../ui/toast.tsx'
import { AboutSection } from './AboutSection.tsx'
import { AppearanceSection, UnitsSection } from './LookSections.tsx'
import { LinksSection } from './LinksSection.tsx'
import { NodesSection } from './NodesSection.tsx'
import { NotificationsSection } from './NotificationsSection.tsx'
import { PipelinesSection } from './PipelinesSection.tsx'
import { StoreSection } from './StoreSection.tsx'
import { WorkspaceSection } from './WorkspaceSection.tsx'
import { YamlPane } from './YamlPane.tsx'

const words = messages.settings

const SECTIONS = [
  { id: 'workspace', icon: 'folder', Component: WorkspaceSection, writesFile: true },
  { id: 'nodes', icon: 'fleet', Component: NodesSection, writesFile: false },
  { id: 'store', icon: 'buckets', Component: StoreSection, writesFile: true },
  { id: 'pipelines', icon: 'pipelines', Component: PipelinesSection, writesFile: true },
  { id: 'links', icon: 'slow', Component: LinksSection, writesFile: true },
  { id: 'notifications', icon: 'bell', Component: NotificationsSection, writesFile: false },
  { id: 'appearance', icon: 'sun', Component: AppearanceSection, writesFile: false },
  { id: 'units', icon: 'rule', Component: UnitsSection, writesFile: false },
  { id: 'about', icon: 'info', Component: AboutSection, writesFile: false },
] as const satisfies readonly {
  id: keyof typeof words.sections
  icon: IconName
  Component: () => ReactNode
  writesFile: boolean
}[]

/** Form left, the file it writes right with the changed lines tinted. */
export function SettingsScreen() {
  const { parts } = useRoute()
  const startedAtMs = useWorkspace((state) => state.workspace?.startedAtMs)
  const section = SECTIONS.find(({ id }) => id === parts[0]) ?? SECTIONS[2]
  useEffect(() => {
    void loadSettings()
    return whenReconnected(() => void loadSettings())
  }, [startedAtMs])
  const { Component } = section
  return (
    <>
      <Head title={words.title} sub={words.sections[section.id]}>
        {section.writesFile && <SidePaneButton label={words.yaml.label} icon="doc" />}
        {section.id === 'nodes' && <SidePaneButton label={words.nodes.effect} icon="info" />}
      </Head>
      <div className={`st${section.writesFile ? '' : ' own'}`}>
        <nav className="pane st-nav" aria-label={words.sections.label}>
          {SECTIONS.map(({ id, icon }) => (
            <a
              key={id}
              className="sn"
              href={href('settings', id)}
              aria-current={id === section.id ? 'page' : undefined}
            >
              <Icon name={icon} size={14} />
              {words.sections[id]}
            </a>
          ))}
        </nav>
        {section.writesFile ? (
          <>
            <section className="pane">
              <div className="fm">
                <Component />
              </div>
              <Footer />
            </section>
            <YamlPane />
          </>
        ) : (
          <Component />
        )}
      </div>
    </>
  )
}

/** Save with its count, what keeps it from saving, and discard. */
function Footer() {
  const { changes, preview, isSaving } = useSettings()
  const count = Object.keys(changes).length
  const [problem] = preview?.problems ?? []
  const canSave = count > 0 && problem === undefined && preview !== undefined && !isSaving
  const save = () =>
    void saveSettings(currentPerson()).then(
      () => showToast({ state: 'ok', title: words.saved, text: words.savedText }),
      (error: unknown) => showFailure(words.saveFailed, error),
    )
  useShortcut('Ctrl Enter', words.save, save, canSave)
  return (
    <div className="row ftr">
      <Button kind="primary" disabled={!canSave} keys="Ctrl Enter" onClick={save}>
        {count === 0 ? words.save : words.saveN(formatNoun(count, 'change'))}
      </Button>
      <span className="small t3 grow ell">
        {count === 0 && words.noChanges}
        {problem !== undefined && `${words.mendFirst} ${problem.message} ${problem.hint ?? ''}`}
      </span>
      <Button kind="ghost" disabled={count === 0} onClick={discardChanges}>
        {words.discard}
      </Button>
    </div>
  )
}
