import { setPreferences, usePreferences } from '../../stores/preferences.ts'
import { openWorkspace, pickFolder, useWorkspace } from '../../stores/workspace.ts'
import { messages } from '../../text/messages.ts'
import { Button } from '../../ui/Button.tsx'
import { TextField } from '../../ui/fields.tsx'
import { formatCount } from '../../ui/format.ts'
import { KeyValues } from '../../ui/KeyValues.tsx'
import { showFailure } from '../../ui/toast.tsx'
import { SettingText } from './settingFields.tsx'

const words = messages.settings.workspace

async function choose(): Promise<void> {
  const folder = await pickFolder(words.open)
  if (folder !== undefined) await openWorkspace(folder)
}

/** The folder that is open, what kind it is, and the way to another. */
export function WorkspaceSection() {
  const { workspace, host } = useWorkspace()
  const person = usePreferences((state) => state.person)
  const run = (title: string, deed: () => Promise<void>) =>
    void deed().catch((error: unknown) => showFailure(title, error))
  return (
    <>
      <div>
        <h2>{words.title}</h2>
        <p className="t2">{words.text}</p>
      </div>
      {workspace !== undefined && (
        <div className="panel">
          <div className="pb">
            <KeyValues
              entries={[
                { key: words.folder, value: workspace.folder, isMono: true },
                { key: words.state, value: workspace.stateDir, isMono: true },
                { key: words.kind, value: workspace.isDemo ? words.demo : words.real },
                { key: words.nodes, value: formatCount(workspace.nodes) },
              ]}
            />
          </div>
        </div>
      )}
      {host?.kind === 'desktop' && (
        <div className="row">
          <Button icon="folder" keys="Ctrl O" onClick={() => run(words.open, choose)}>
            {words.open}
          </Button>
          {workspace?.isDemo === false && (
            <Button icon="play" onClick={() => run(words.openDemo, () => openWorkspace(null))}>
              {words.openDemo}
            </Button>
          )}
        </div>
      )}
      <div className="g2">
        <SettingText path="state_dir" label={words.stateDir} />
        <SettingText path="time_zone" label={words.timeZone} />
        <TextField
          label={words.person}
          description={words.personHelp}
          value={person}
          maxLength={80}
          onChange={(event) => setPreferences({ person: event.currentTarget.value })}
        />
      </div>
    </>
  )
}
