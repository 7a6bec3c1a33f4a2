import { useState } from 'react'
import type { FormEvent } from 'react'
import { setCredentials } from '../../stores/access.ts'
import { loadSettings } from '../../stores/settings.ts'
import { useWorkspace } from '../../stores/workspace.ts'
import { messages } from '../../text/messages.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { RadioOption, SecretField, TextField } from '../../ui/fields.tsx'
import { showFailure, showToast } from '../../ui/toast.tsx'

const words = messages.settings.credentials
const FORM = 'credentials-form'

/** Takes new credentials. The fields are uncontrolled: the secret lives in them only until it is handed over. */
export function CredentialsDialog({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const host = useWorkspace((state) => state.host)
  const [chosen, setKeep] = useState<'keychain' | 'session'>()
  const keep = chosen ?? (host?.canKeepSecrets === true ? 'keychain' : 'session')
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const text = (name: string) => {
      const value = form.get(name)
      return typeof value === 'string' ? value.trim() : ''
    }
    const sessionToken = text('token')
    const deed = async () => {
      await setCredentials({
        accessKeyId: text('keyId'),
        secretAccessKey: text('secret'),
        keep,
        ...(sessionToken === '' ? {} : { sessionToken }),
      })
      showToast({ state: 'ok', title: words.done, text: words.doneText })
      void loadSettings()
      onClose()
    }
    void deed().catch((error: unknown) => showFailure(words.failed, error))
  }
  return (
    <Dialog
      title={words.title}
      isOpen={isOpen}
      onClose={onClose}
      foot={
        <>
          <Button kind="ghost" onClick={onClose}>
            {messages.actions.cancel}
          </Button>
          <button type="submit" form={FORM} className="btn primary">
            {words.apply}
          </button>
        </>
      }
    >
      <form id={FORM} className="col gap-4" onSubmit={submit}>
        <TextField name="keyId" label={words.keyId} required maxLength={256} />
        <SecretField name="secret" label={words.secret} required maxLength={512} />
        <SecretField name="token" label={words.token} description={words.tokenHelp} maxLength={8192} />
        <fieldset className="field bare-set">
          <legend className="label">{words.keep}</legend>
          <div className="col gap-2">
            {host?.canKeepSecrets === true && (
              <RadioOption
                name="keep"
                isChosen={keep === 'keychain'}
                onChoose={() => setKeep('keychain')}
                title={words.keychain}
              />
            )}
            <RadioOption
              name="keep"
              isChosen={keep === 'session'}
              onChoose={() => setKeep('session')}
              title={words.session}
            />
          </div>
          {host?.secretsNote !== undefined && <span className="help">{host.secretsNote}</span>}
        </fieldset>
      </form>
    </Dialog>
  )
}
