import { useCallback, useEffect } from 'react'
import type { DemoFault, DemoState } from '../../../shared/domain/demo.ts'
import { followDemo, holdStory, nextStep, resetStory, setFault, setSpeed, useDemo } from '../../stores/demo.ts'
import { useFleet } from '../../stores/fleet.ts'
import { messages } from '../../text/messages.ts'
import { Age } from '../../ui/Age.tsx'
import { Button } from '../../ui/Button.tsx'
import { now, useNow } from '../../ui/clock.ts'
import { formatCount, formatNoun } from '../../ui/format.ts'
import { Icon } from '../../ui/Icon.tsx'
import type { IconName } from '../../ui/Icon.tsx'
import { ActionMenu, MoreMenu } from '../../ui/MoreMenu.tsx'
import { Segmented } from '../../ui/Segmented.tsx'
import { useShortcut } from '../../ui/shortcuts.ts'
import { showFailure } from '../../ui/toast.tsx'

const words = messages.simulator.demo
const SPEEDS = ['1', '10', '60'] as const
const ICONS: Readonly<Record<DemoFault, IconName>> = {
  cutLink: 'cut',
  slowDown: 'slow',
  powerCut: 'power',
  clockJump: 'clock',
  fillDisk: 'disk',
  wrongCredentials: 'key',
}

function act(work: Promise<void>): void {
  work.catch((error: unknown) => showFailure(words.failed, error))
}

/** The demo's story, docked above the status bar on every screen: step, hold, faults, and the proof that stays. */
export function DemoBar() {
  useEffect(followDemo, [])
  const demo = useDemo((state) => state.demo)
  return demo === undefined ? null : <Bar demo={demo} />
}

function Bar({ demo }: { readonly demo: DemoState }) {
  return (
    <section className="story" aria-label={words.label}>
      <Story demo={demo} />
      <Faults demo={demo} />
      <LiveProof />
    </section>
  )
}

function Story({ demo }: { readonly demo: DemoState }) {
  const step = demo.steps[demo.step]
  const speed = SPEEDS.findLast((value) => Number(value) <= demo.speed) ?? '1'
  const toggle = () => act(holdStory(!demo.isHeld))
  useShortcut('K', demo.isHeld ? words.goOn : words.hold, toggle)
  return (
    <div>
      <div className="row">
        {step !== undefined && (
          <a className="medium ell bare-link story-heading" href={`#/${step.screen}`} title={words.showStep}>
            {step.heading ?? step.title}
          </a>
        )}
        <span className="t3 small nowrap story-count">
          {words.of(formatCount(demo.step + 1), formatCount(demo.steps.length))}
        </span>
        <span className="grow" />
        <span className="hide-1280">
          <Segmented
            size="sm"
            label={words.speed}
            value={speed}
            options={SPEEDS.map((value) => ({ value, label: `${value}×` }))}
            onChange={(value) => act(setSpeed(Number(value)))}
          />
        </span>
        <Button
          size="sm"
          kind={demo.isHeld ? 'primary' : 'default'}
          icon={demo.isHeld ? 'play' : 'pause'}
          keys="K"
          onClick={toggle}
        >
          {demo.isHeld ? words.goOn : words.hold}
        </Button>
        <Button size="sm" icon="step" aria-label={words.next} title={words.next} onClick={() => act(nextStep())} />
        <Button size="sm" icon="reset" aria-label={words.reset} title={words.reset} onClick={() => act(resetStory())} />
        <NarrowMenus demo={demo} speed={speed} />
      </div>
      <p className="small t2 story-sentence" aria-live="polite" title={step?.sentence}>
        {step?.sentence}
      </p>
      <Steps demo={demo} />
    </div>
  )
}

/** In a narrow window: the faults, and speed and place of the step, each behind one button. */
function NarrowMenus({ demo, speed }: { readonly demo: DemoState; readonly speed: string }) {
  const isBroken = demo.faults.some((fault) => fault.isActive)
  return (
    <>
      <span className="only-1100">
        <ActionMenu
          items={demo.faults.map((fault) => ({
            label: fault.label,
            icon: ICONS[fault.id],
            isOn: fault.isActive,
            onClick: () => act(setFault(fault.id, !fault.isActive)),
          }))}
        >
          <button type="button" className={`btn sm nowrap${isBroken ? ' fault-on' : ''}`}>
            <Icon name="cut" size={12} />
            {words.break}
          </button>
        </ActionMenu>
      </span>
      <MoreMenu
        size="sm"
        items={SPEEDS.filter((value) => value !== speed).map((value) => ({
          label: words.speedOf(value),
          icon: 'clock',
          onClick: () => act(setSpeed(Number(value))),
        }))}
      />
    </>
  )
}

/** Share of the step gone by, from the time it ends; a held step stands still. */
function Steps({ demo }: { readonly demo: DemoState }) {
  const share = useNow(
    useCallback(
      (nowMs: number) => {
        if (demo.isHeld || demo.stepEndsAtMs === undefined) return 0.5
        const span = 40_000 / demo.speed
        return Math.round(Math.min(1, Math.max(0.04, 1 - (demo.stepEndsAtMs - nowMs) / span)) * 100) / 100
      },
      [demo],
    ),
  )
  return (
    <ol className="story-steps">
      {demo.steps.map((step, index) => (
        <li
          key={step.id}
          className={index < demo.step ? 'done' : index === demo.step ? 'now' : undefined}
          aria-current={index === demo.step ? 'step' : undefined}
        >
          <i>{index === demo.step && <em style={{ width: `${share * 100}%` }} />}</i>
          <span className="ell">
            {index + 1} {step.title}
          </span>
        </li>
      ))}
    </ol>
  )
}

function Faults({ demo }: { readonly demo: DemoState }) {
  return (
    <div className="hide-1100">
      <div className="row">
        <span className="micro t3">{words.faults}</span>
        <span className="grow" />
        <span className="micro t3">{words.keys}</span>
      </div>
      <div className="story-faults">
        {demo.faults.map((fault, index) => (
          <FaultButton key={fault.id} fault={fault} number={index + 1} />
        ))}
      </div>
    </div>
  )
}

function FaultButton({ fault, number }: { readonly fault: DemoState['faults'][number]; readonly number: number }) {
  const toggle = () => act(setFault(fault.id, !fault.isActive))
  useShortcut(`Alt ${number}`, fault.label, toggle)
  return (
    <Button
      size="sm"
      icon={ICONS[fault.id]}
      className={fault.isActive ? 'fault-on' : ''}
      isOn={fault.isActive}
      onClick={toggle}
    >
      {fault.label}
    </Button>
  )
}

function LiveProof() {
  const status = useFleet((state) => state.status)
  const proof = status?.proof
  const isKnown = proof !== undefined && proof.checkedAtMs !== undefined
  const tone = proof?.state === 'broken' ? 'bad' : isKnown ? 'ok' : 'off'
  return (
    <a className={`story-proof ${tone}`} href="#/proof">
      <span className="row micro">
        <span>{words.proof}</span>
        <span className="grow" />
        <span>
          {proof?.checkedAtMs === undefined ? (
            ''
          ) : (
            <Age sinceMs={Math.min(now(), proof.checkedAtMs)} suffix={words.ago} />
          )}
        </span>
      </span>
      <b className={`c-${tone}`}>
        {isKnown ? words.verdict(formatCount(proof.missing), formatCount(proof.duplicated)) : words.notChecked}
      </b>
      <span className="small">
        {isKnown ? words.delivered(formatNoun(proof.rows, 'row')) : words.firstCheck}
        <br />
        {words.waiting(formatNoun(status?.backlogRows ?? 0, 'row'))}
      </span>
    </a>
  )
}
