import { useState } from 'react'
import { clearCredentials } from '../../stores/access.ts'
import { loadSettings, settingValue, useSettings } from '../../stores/settings.ts'
import { useWorkspace } from '../../stores/workspace.ts'
import { messages } from '../../text/messages.ts'
import { Button } from '../../ui/Button.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { KeyValues } from '../../ui/KeyValues.tsx'
import { showFailure, showToast } from '../../ui/toast.tsx'
import { AccessTest } from './AccessTest.tsx'
import { CredentialsDialog } from './CredentialsDialog.tsx'
import { SettingCheck, SettingSelect, SettingText } from './settingFields.tsx'

const words = messages.settings.store

/** Where objects go: kind, region, buckets, credentials, and the step-by-step test of access. */
export function StoreSection() {
  const kind = useSettings((state) => settingValue(state, 'store.kind'))
  const prefix = useSettings((state) => settingValue(state, 'buckets.prefix'))
  const region = useSettings((state) => settingValue(state, 'buckets.region'))
  const workspace = useWorkspace((state) => state.workspace)
  const isS3 = kind === 's3'
  return (
    <>
      <div>
        <h2>{words.title}</h2>
        <p className="t2">{words.text}</p>
      </div>
      <div className="g2">
        <SettingSelect
          path="store.kind"
          label={words.kind}
          options={[
            { value: 'embedded', label: words.kinds.embedded },
            { value: 's3', label: words.kinds.s3 },
          ]}
        />
        <SettingText path="buckets.region" label={words.region} placeholder="us-west-2" />
        <SettingText
          path="buckets.prefix"
          label={words.prefix}
          help={words.prefixHelp(`${String(prefix ?? 'fieldgate')}-databricks-raw-${String(region ?? 'us-west-2')}`)}
        />
        {isS3 && <SettingText path="store.endpoint" label={words.endpoint} placeholder={words.endpointPlaceholder} />}
        {isS3 && <SettingText path="store.profile" label={words.profile} placeholder={words.profilePlaceholder} />}
        {isS3 && <Credentials />}
        {isS3 && <SettingCheck path="store.force_path_style" label={words.pathStyle} />}
      </div>
      <AccessTest isEmbedded={!isS3} />
      {workspace !== undefined && (
        <div className="panel">
          <div className="ph">
            <h2 className="h2">{words.buckets}</h2>
          </div>
          <div className="pb">
            <KeyValues
              entries={Object.entries(workspace.buckets).map(([type, bucket]) => ({
                key: type,
                value: bucket,
                isMono: true,
              }))}
            />
          </div>
        </div>
      )}
    </>
  )
}

/** Says whether credentials are set; they can be replaced or forgotten, never shown. */
function Credentials() {
  const [isOpen, setOpen] = useState(false)
  const isSet = useSettings((state) => state.view?.hasCredentials ?? false)
  const forget = async () => {
    try {
      await clearCredentials()
      showToast({ state: 'ok', title: messages.settings.credentials.forgotten })
      await loadSettings()
    } catch (error) {
      showFailure(messages.settings.credentials.failed, error)
    }
  }
  return (
    <div className="field">
      <span className="label">{words.credentials}</span>
      <div className="input">
        <Icon name="lock" size={14} />
        <span className={`grow ell${isSet ? '' : ' t3'}`}>{isSet ? words.credentialsSet : words.credentialsNone}</span>
        {isSet && (
          <Button size="sm" kind="ghost" className="in" onClick={() => void forget()}>
            {words.forget}
          </Button>
        )}
        <Button size="sm" className="in" onClick={() => setOpen(true)}>
          {isSet ? words.replace : words.enter}
        </Button>
      </div>
      <CredentialsDialog isOpen={isOpen} onClose={() => setOpen(false)} />
    </div>
  )
}
