import { useEffect, useState } from 'react'
import type { RecoveryView } from '../../../shared/ipc/contract.ts'
import { loadWorkspace, recover, useWorkspace, workspaceName } from '../../stores/workspace.ts'
import { messages } from '../../text/messages.ts'
import { Button } from '../../ui/Button.tsx'
import { now, useNow } from '../../ui/clock.ts'
import { CodeBlock } from '../../ui/Code.tsx'
import { CopyButton } from '../../ui/CopyButton.tsx'
import { RadioOption } from '../../ui/fields.tsx'
import { formatDateTime, formatUtc } from '../../ui/format.ts'
import { Logo } from '../../ui/Icon.tsx'
import { LampMark } from '../../ui/marks/Lamp.tsx'
import { navigate } from '../../ui/router.ts'
import { addShortcut } from '../../ui/shortcuts.ts'
import { Badge, EmptyState, ErrorState } from '../../ui/states.tsx'
import { showFailure } from '../../ui/toast.tsx'

const words = messages.settings.recovery
type Choice = RecoveryView['choices'][number]

/** The window when the engine could not start: what broke, the choices with their cost, what is safe. No navigation. */
export function Recovery() {
  const { host, workspace, load } = useWorkspace()
  const recovery = host?.recovery
  return (
    <div className="rc">
      <header className="titlebar">
        <div className="brand">
          <Logo />
          <span>{messages.shell.product}</span>
        </div>
        <div className="mid">
          <Badge tone="warn">{words.badge}</Badge>
          <span className="t2">{workspaceName(workspace)}</span>
        </div>
      </header>
      {recovery === undefined ? (
        <main className="rc-body">
          <h1 className="sr">{words.badge}</h1>
          {load.phase === 'failed' ? (
            <ErrorState error={load.error} onRetry={() => void loadWorkspace()} />
          ) : (
            <EmptyState
              title={words.none}
              action={<Button onClick={() => navigate('fleet')}>{words.toFleet}</Button>}
            />
          )}
        </main>
      ) : (
        <Choices recovery={recovery} notices={host?.notices ?? []} />
      )}
      <footer className="statusbar">
        {recovery !== undefined && (
          <span className="alert">
            <LampMark state="warn" size={9} />
            {words.notStarted}
          </span>
        )}
        <span className="grow" />
        <Utc />
      </footer>
    </div>
  )
}

function Choices({ recovery, notices }: { readonly recovery: RecoveryView; readonly notices: readonly string[] }) {
  const { part, message, hint, choices } = recovery
  const [chosen, setChosen] = useState<Choice>()
  const [isBusy, setBusy] = useState(false)
  const choice = chosen ?? choices[0] ?? 'retry'
  const apply = async () => {
    setBusy(true)
    try {
      await recover(choice)
      await loadWorkspace()
      if (useWorkspace.getState().host?.recovery === undefined) navigate('fleet')
    } catch (error) {
      showFailure(words.failed, error)
    } finally {
      setBusy(false)
    }
  }
  useEffect(() => addShortcut({ keys: 'Ctrl Enter', label: words.choices[choice].apply, run: () => void apply() }))
  return (
    <main className="rc-body">
      <section>
        <div>
          <h1>{words.titles[part]}</h1>
          <p className="t2 planwords">
            {message} {hint}
          </p>
          <p className="t2 planwords">{words.text}</p>
        </div>
        <div className="col gap-2" role="radiogroup" aria-label={words.choose}>
          {choices.map((id) => (
            <RadioOption
              key={id}
              boxed
              name="recovery"
              isChosen={choice === id}
              onChoose={() => setChosen(id)}
              title={
                <span className="row">
                  <b className="medium">{words.choices[id].title}</b>
                  <Cost choice={id} part={part} />
                </span>
              }
            >
              {id === 'snapshot' && recovery.snapshotAtMs !== undefined
                ? words.choices.snapshot.at(formatDateTime(recovery.snapshotAtMs, now()))
                : ''}
              {words.choices[id][part]}
            </RadioOption>
          ))}
        </div>
        <div className="row">
          <Button kind="primary" keys="Ctrl Enter" disabled={isBusy} onClick={() => void apply()}>
            {isBusy ? words.working : words.choices[choice].apply}
          </Button>
        </div>
        <Findings recovery={recovery} notices={notices} />
      </section>
      <SafeFacts part={part} />
    </main>
  )
}

function Cost({ choice, part }: { readonly choice: Choice; readonly part: RecoveryView['part'] }) {
  if (choice === 'fresh') return <Badge tone="warn">{words.choices.fresh.cost[part]}</Badge>
  return <Badge tone={choice === 'snapshot' ? 'ok' : 'off'}>{words.choices[choice].cost}</Badge>
}

/** The raw findings, last and to be copied. */
function Findings({ recovery, notices }: { readonly recovery: RecoveryView; readonly notices: readonly string[] }) {
  const { file, setAside, atMs, message } = recovery
  const pad = Math.max(words.file.length, words.setAside.length, words.when.length)
  const line = (name: string, value: string) => `${name.padEnd(pad)}  ${value}`
  const text = [
    line(words.when, new Date(atMs).toISOString()),
    line(words.file, file),
    ...(setAside === undefined ? [] : [line(words.setAside, setAside)]),
    message,
    ...notices,
  ].join('\n')
  return (
    <div>
      <div className="row found-head">
        <h2 className="h2 grow">{words.found}</h2>
        <CopyButton kind="ghost" text={text} />
      </div>
      <CodeBlock text={text} />
    </div>
  )
}

function SafeFacts({ part }: { readonly part: RecoveryView['part'] }) {
  const facts = [
    ['ok', words.facts.databases],
    ['ok', words.facts.objects],
    ['ok', part === 'ledger' ? words.facts.settings : words.facts.ledger],
    ['off', words.facts.uploads],
  ] as const
  return (
    <aside className="panel facts-panel">
      <div className="ph">
        <h2>{words.safe}</h2>
      </div>
      <ul className="facts">
        {facts.map(([state, [title, text]]) => (
          <li key={title}>
            <LampMark state={state} />
            <div>
              <b className="medium">{title}</b>
              <div className="t2 small">{text}</div>
            </div>
          </li>
        ))}
      </ul>
    </aside>
  )
}

function Utc() {
  const time = useNow(formatUtc)
  return (
    <span>
      {messages.shell.status.utc} <b>{time}</b>
    </span>
  )
}
