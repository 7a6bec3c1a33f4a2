import { DEFAULT_NOTIFICATIONS, TIME_OF_DAY } from '../../../shared/domain/notifications.ts'
import type { NotificationChoices } from '../../../shared/domain/notifications.ts'
import { setNotifications, useWorkspace } from '../../stores/workspace.ts'
import { messages } from '../../text/messages.ts'
import { TextField } from '../../ui/fields.tsx'
import { Note } from '../../ui/states.tsx'
import { Switch } from '../../ui/Switch.tsx'
import { showFailure } from '../../ui/toast.tsx'

const words = messages.settings.notifications
const NIGHT = { from: '22:00', to: '06:00' } as const

/** What this computer interrupts a person for; kept by the host, greyed where it cannot notify. */
export function NotificationsSection() {
  const host = useWorkspace((state) => state.host)
  const chosen = host?.notifications
  const { emergency, stalls, quiet } = chosen ?? DEFAULT_NOTIFICATIONS
  const isOff = chosen === undefined
  const change = (part: Partial<NotificationChoices>) =>
    void setNotifications({ emergency, stalls, quiet, ...part }).catch((error: unknown) =>
      showFailure(words.failed, error),
    )
  return (
    <section className="pane">
      <div className="fm">
        <div>
          <h2>{words.title}</h2>
          <p className="t2">{words.text}</p>
        </div>
        {host !== undefined && isOff && (
          <Note icon="info">{host.kind === 'browser' ? words.noneInBrowser : words.noneHere}</Note>
        )}
        <Switch
          label={words.emergency}
          help={words.emergencyHelp}
          isOn={!isOff && emergency}
          isDisabled={isOff}
          onChange={(isOn) => change({ emergency: isOn })}
        />
        <Switch
          label={words.stalls}
          help={words.stallsHelp}
          isOn={!isOff && stalls}
          isDisabled={isOff}
          onChange={(isOn) => change({ stalls: isOn })}
        />
        <Switch
          label={words.quiet}
          help={words.quietHelp}
          isOn={quiet !== null}
          isDisabled={isOff || !stalls}
          onChange={(isOn) => change({ quiet: isOn ? NIGHT : null })}
        />
        {quiet !== null && (
          <div className="g2">
            {(['from', 'to'] as const).map((end) => (
              <TextField
                key={end}
                type="time"
                label={words[end]}
                disabled={isOff || !stalls}
                value={quiet[end]}
                onChange={(event) => {
                  const { value } = event.currentTarget
                  if (TIME_OF_DAY.test(value)) change({ quiet: { ...quiet, [end]: value } })
                }}
              />
            ))}
          </div>
        )}
      </div>
    </section>
  )
}
