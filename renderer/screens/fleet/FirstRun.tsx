import { useEffect, useState } from 'react'
import { SiteMap } from '../../charts/SiteMap.tsx'
import { runProof } from '../../stores/reconcile.ts'
import { runUploads } from '../../stores/uploads.ts'
import { openWorkspace, useWorkspace } from '../../stores/workspace.ts'
import { messages } from '../../text/messages.ts'
import { Button } from '../../ui/Button.tsx'
import { cliCommand } from '../../ui/cli.ts'
import { CopyCli } from '../../ui/CopyButton.tsx'
import { formatCount, formatNoun } from '../../ui/format.ts'
import { Head } from '../../ui/Head.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { navigate, navigateTo } from '../../ui/router.ts'
import { useShortcut } from '../../ui/shortcuts.ts'
import { showFailure } from '../../ui/toast.tsx'
import { DEMO_SITES } from './demoSites.ts'
import { markFirstRun, useFirstRun } from '../../stores/firstRun.ts'
import type { Step, StepId } from '../../stores/firstRun.ts'

const words = messages.fleet.firstRun
/** A browser cannot change what the box behind it serves; the command can. */
const DEMO_COMMAND = cliCommand('serve', '--demo')

/** Nothing delivered yet: six steps to the first real node, or a look at the demo fleet. */
export function FirstRun() {
  const steps = useFirstRun((state) => state.steps)
  const hasNodes = useWorkspace((state) => (state.workspace?.nodes ?? 0) > 0)
  useEffect(() => markFirstRun({ isStarted: true }), [])
  const doneCount = steps.filter(({ state }) => state === 'done').length
  const demo = () => void openWorkspace(null).catch((error: unknown) => showFailure(messages.shell.openDemo, error))
  const isDesktop = useWorkspace((state) => state.host?.kind !== 'browser')
  useShortcut('Ctrl D', words.demo, demo, isDesktop)
  return (
    <>
      <Head title={messages.fleet.title} sub={hasNodes ? undefined : messages.fleet.noNodes}>
        {hasNodes && <Button onClick={() => markFirstRun({ isDismissed: true })}>{words.skip}</Button>}
      </Head>
      <div className="fr">
        <section>
          <h2 className="lead">{words.title}</h2>
          <p className="t2">{words.sub}</p>
          <ol className="ck">
            {steps.map((step, index) => (
              <StepItem key={step.id} step={step} number={index + 1} doneCount={doneCount} />
            ))}
          </ol>
        </section>
        <section className="door">
          <div className="pic" aria-hidden="true">
            <SiteMap sites={DEMO_SITES} view="us" />
          </div>
          <div className="txt">
            <h2>{words.demoTitle}</h2>
            <p>{words.demoText}</p>
            <div className="row">
              {isDesktop ? (
                <>
                  <Button icon="play" keys="Ctrl D" onClick={demo}>
                    {words.demo}
                  </Button>
                  <span className="t3 small">{words.demoReady}</span>
                </>
              ) : (
                <>
                  <span className="mono t2">{DEMO_COMMAND}</span>
                  <CopyCli command={DEMO_COMMAND} />
                </>
              )}
            </div>
          </div>
        </section>
      </div>
    </>
  )
}

function StepItem({
  step,
  number,
  doneCount,
}: {
  readonly step: Step
  readonly number: number
  readonly doneCount: number
}) {
  const { id, state } = step
  const { title, text } = words.steps[id]
  return (
    <li className={state} aria-current={state === 'now' ? 'step' : undefined}>
      <span className="m">{state === 'done' ? <Icon name="check" size={12} /> : number}</span>
      <b className="medium">{title}</b>
      <span className="micro t3">
        {state === 'done' ? words.done : state === 'now' ? words.progress(doneCount) : ''}
      </span>
      <span className="d">{doneText(step) ?? text}</span>
      {state === 'now' && <StepActions id={id} />}
    </li>
  )
}

function doneText({ id, done }: Step): string | undefined {
  if (done === undefined) return undefined
  if (id === 'workspace' || id === 'database') return done
  if (id === 'access') return words.passed(Number(done))
  if (id === 'deliver') return words.delivered(formatNoun(Number(done), 'row'))
  if (id === 'store') return done === 's3' ? 'Amazon S3' : messages.shell.status.embedded
  return formatCount(0)
}

function StepActions({ id }: { readonly id: StepId }) {
  const [isBusy, setBusy] = useState(false)
  const run = (deed: () => Promise<unknown>) => {
    setBusy(true)
    deed()
      .catch((error: unknown) => showFailure(words.failed, error))
      .finally(() => setBusy(false))
  }
  const primary = (label: string, onClick: () => void) => (
    <Button size="sm" kind="primary" disabled={isBusy} onClick={onClick}>
      {label}
    </Button>
  )
  return (
    <div className="row acts">
      {id === 'database' && primary(words.addDatabase, () => navigate('settings', 'nodes'))}
      {id === 'store' && (
        <>
          {primary(words.useThisComputer, () => markFirstRun({ isStoreChosen: true }))}
          <Button size="sm" onClick={() => navigate('settings', 'store')}>
            {words.connectBucket}
          </Button>
        </>
      )}
      {id === 'access' && primary(words.testAccess, () => navigateTo('settings/store?test=1'))}
      {id === 'deliver' && primary(words.deliverNow, () => run(() => runUploads()))}
      {id === 'proof' && primary(words.checkProof, () => run(() => runProof(false).then(() => navigate('proof'))))}
    </div>
  )
}
