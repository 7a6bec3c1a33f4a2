import { useEffect } from 'react'
import type { AccessStep } from '../../../shared/domain/settingsForm.ts'
import { testAccess, useAccess } from '../../stores/access.ts'
import { openDoctor } from '../../stores/doctor.ts'
import { messages } from '../../text/messages.ts'
import { Button } from '../../ui/Button.tsx'
import { formatDuration } from '../../ui/format.ts'
import { LampMark } from '../../ui/marks/Lamp.tsx'
import { useRoute } from '../../ui/router.ts'
import { useShortcut } from '../../ui/shortcuts.ts'
import { Badge, ErrorState } from '../../ui/states.tsx'

const words = messages.settings.access
const MARKS = { passed: 'ok', failed: 'bad', notRun: 'none', running: 'none' } as const

/** Named steps; the walk stops at the first failure and offers the remedy there; later steps say "not run". */
export function AccessTest({ isEmbedded }: { readonly isEmbedded: boolean }) {
  const { load, steps } = useAccess()
  const { query } = useRoute()
  const isAsked = query.get('test') === '1'
  const isTesting = load.phase === 'loading'
  useEffect(() => {
    if (isAsked) void testAccess()
  }, [isAsked])
  useShortcut('T', words.run, () => void testAccess())
  return (
    <section className="panel" aria-label={words.title}>
      <div className="ph">
        <h2 className="h2">{words.title}</h2>
        <Verdict steps={steps} isTesting={isTesting} />
        <span className="grow" />
        <Button size="sm" icon="retry" keys="T" disabled={isTesting} onClick={() => void testAccess()}>
          {steps.length === 0 ? words.run : words.again}
        </Button>
      </div>
      {load.phase === 'failed' && <ErrorState error={load.error} onRetry={() => void testAccess()} />}
      {steps.length === 0 && load.phase !== 'failed' && (
        <p className="pb small t2">{isEmbedded ? `${words.nothing} ${words.embedded}` : words.nothing}</p>
      )}
      {steps.length > 0 && (
        <ol className="access">
          {steps.map((step, index) => (
            <StepItem key={step.id} step={step} number={index + 1} />
          ))}
        </ol>
      )}
    </section>
  )
}

function Verdict({ steps, isTesting }: { readonly steps: readonly AccessStep[]; readonly isTesting: boolean }) {
  if (isTesting) return <Badge tone="accent">{words.testing}</Badge>
  const failed = steps.findIndex(({ state }) => state === 'failed')
  if (failed >= 0) return <Badge tone="bad">{words.stopped(failed + 1, steps.length)}</Badge>
  return steps.length === 0 ? null : <Badge tone="ok">{words.passed(steps.length)}</Badge>
}

function StepItem({ step, number }: { readonly step: AccessStep; readonly number: number }) {
  const { state, title, detail, hint, ms } = step
  return (
    <li>
      <LampMark state={MARKS[state]} />
      <div className="grow">
        <div className="row">
          <b className={`medium${state === 'notRun' ? ' t3' : ''}`}>
            {number} {title}
          </b>
          <span className="grow" />
          <span className="t3 micro">{ms === undefined ? words.notRun : formatDuration(ms)}</span>
        </div>
        <div className={`small${state === 'failed' ? '' : ' t2'}`}>{detail}</div>
        {state === 'failed' && hint !== undefined && <div className="small t2">{hint}</div>}
        {state === 'failed' && (
          <div className="row acts">
            <Button size="sm" icon="doctor" onClick={() => void openDoctor()}>
              {words.doctor}
            </Button>
          </div>
        )}
      </div>
    </li>
  )
}
