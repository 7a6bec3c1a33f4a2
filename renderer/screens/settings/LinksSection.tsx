import { useState } from 'react'
import { setLink, useFleet } from '../../stores/fleet.ts'
import { currentPerson } from '../../stores/preferences.ts'
import { messages } from '../../text/messages.ts'
import { Button } from '../../ui/Button.tsx'
import { drainSentence } from '../../ui/drain.ts'
import { NumberField } from '../../ui/fields.tsx'
import { formatBytes, formatLink, formatNoun } from '../../ui/format.ts'
import { KeyValues } from '../../ui/KeyValues.tsx'
import { showFailure, showToast } from '../../ui/toast.tsx'
import { SettingNumber } from './settingFields.tsx'

const words = messages.settings.links
/** Bytes per second in one kbit/s. */
const KILOBIT = 125

/** What the link may carry: in the file for every start, and right now without one. */
export function LinksSection() {
  return (
    <>
      <div>
        <h2>{words.title}</h2>
        <p className="t2">{words.text}</p>
      </div>
      <div className="g2">
        <SettingNumber
          path="link.bytes_per_second"
          label={words.cap}
          placeholder={words.capPlaceholder}
          scale={KILOBIT}
        />
        <SettingNumber
          path="link.month_budget_mb"
          label={words.budget}
          help={words.budgetHelp}
          placeholder={words.budgetPlaceholder}
        />
      </div>
      <RightNow />
    </>
  )
}

function RightNow() {
  const status = useFleet((state) => state.status)
  const [kilobits, setKilobits] = useState<number | string>('')
  if (status === undefined) return null
  const { capBytesPerSecond, monthBytes, monthBudgetBytes } = status.link
  const share = monthBudgetBytes === undefined ? undefined : Math.min(1, monthBytes / monthBudgetBytes)
  const set = async (bytesPerSecond: number | null) => {
    try {
      await setLink({ bytesPerSecond }, currentPerson())
      setKilobits('')
      showToast({ state: 'ok', title: bytesPerSecond === null ? words.lifted : words.set, text: words.liveText })
    } catch (error) {
      showFailure(words.failed, error)
    }
  }
  return (
    <section className="panel">
      <div className="ph">
        <h2 className="h2">{words.now}</h2>
        <span className="t3 small">{words.liveText}</span>
      </div>
      <div className="pb col gap-3">
        <KeyValues
          entries={[
            { key: words.current, value: capBytesPerSecond === undefined ? words.none : formatLink(capBytesPerSecond) },
            {
              key: words.used,
              value:
                monthBudgetBytes === undefined
                  ? formatBytes(monthBytes)
                  : messages.shell.status.monthOf(formatBytes(monthBytes), formatBytes(monthBudgetBytes)),
            },
            { key: words.backlog, value: `${formatNoun(status.backlogRows, 'row')}, ${drainSentence(status.drain)}` },
          ]}
        />
        {share !== undefined && (
          <div className="bar" aria-hidden="true">
            <i style={{ width: `${share * 100}%`, background: share > 0.9 ? 'var(--warn-mark)' : 'var(--accent)' }} />
          </div>
        )}
        <div className="row end">
          <NumberField
            aria-label={words.cap}
            placeholder={words.cap}
            min={1}
            value={kilobits}
            onChange={(next) => setKilobits(typeof next === 'number' ? next : '')}
          />
          <Button
            disabled={typeof kilobits !== 'number' || kilobits <= 1}
            onClick={() => typeof kilobits === 'number' && void set(Math.round(kilobits * KILOBIT))}
          >
            {words.apply}
          </Button>
          <Button kind="ghost" disabled={capBytesPerSecond === undefined} onClick={() => void set(null)}>
            {words.lift}
          </Button>
        </div>
      </div>
    </section>
  )
}
