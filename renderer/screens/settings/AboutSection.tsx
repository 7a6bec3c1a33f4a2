import { useState } from 'react'
import { makeSupportBundle } from '../../stores/support.ts'
import { useWorkspace } from '../../stores/workspace.ts'
import { messages } from '../../text/messages.ts'
import { Button } from '../../ui/Button.tsx'
import { downloadFile } from '../../ui/download.ts'
import { KeyValues } from '../../ui/KeyValues.tsx'
import { Note } from '../../ui/states.tsx'
import { showFailure } from '../../ui/toast.tsx'

const words = messages.settings.about

/** What runs here, and the bundle for whoever helps. */
export function AboutSection() {
  const { workspace, host } = useWorkspace()
  const [isBusy, setBusy] = useState(false)
  const save = () => {
    setBusy(true)
    makeSupportBundle()
      .then((file) => downloadFile(file.name, file.contentType, file.bytes))
      .catch((error: unknown) => showFailure(words.bundleFailed, error))
      .finally(() => setBusy(false))
  }
  return (
    <section className="pane">
      <div className="fm">
        <div>
          <h2>{words.title}</h2>
          <p className="t2">{words.text}</p>
        </div>
        <div className="panel">
          <div className="pb">
            <KeyValues
              entries={[
                { key: words.version, value: workspace?.version },
                { key: words.host, value: host === undefined ? undefined : words.hosts[host.kind] },
                { key: words.platform, value: host?.platform },
                { key: words.engine, value: workspace === undefined ? undefined : String(workspace.enginePid) },
              ]}
            />
          </div>
        </div>
        {host?.secretsNote !== undefined && <Note icon="lock">{host.secretsNote}</Note>}
        {host?.notices.map((notice) => (
          <Note key={notice} tone="warn" icon="warn">
            {notice}
          </Note>
        ))}
        <div className="row">
          <Button icon="download" disabled={isBusy} onClick={save}>
            {words.bundle}
          </Button>
          <span className="small t3">{words.bundleText}</span>
        </div>
        <p className="small t3">{words.licences}</p>
      </div>
    </section>
  )
}
