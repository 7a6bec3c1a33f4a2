import type { AttentionEntry, Remedy } from '../../../shared/domain/attention.ts'
import { runRemedy, useAttention } from '../../stores/attention.ts'
import { openDoctor } from '../../stores/doctor.ts'
import { currentPerson } from '../../stores/preferences.ts'
import { messages } from '../../text/messages.ts'
import { Until } from '../../ui/Age.tsx'
import { Button } from '../../ui/Button.tsx'
import { copyText } from '../../ui/copy.ts'
import { formatCount } from '../../ui/format.ts'
import { LampMark } from '../../ui/marks/Lamp.tsx'
import { navigateTo } from '../../ui/router.ts'
import { Badge, EmptyState, ErrorState, Skeleton } from '../../ui/states.tsx'
import { showFailure, showToast } from '../../ui/toast.tsx'

const words = messages.fleet.attention

/** One entry per cause, worst first, each with one verb. */
export function AttentionList() {
  const { entries, load } = useAttention()
  return (
    <>
      <div className="att-head">
        <h2 className="h2">{words.title}</h2>
        <Badge>{formatCount(entries.length)}</Badge>
        <span className="grow" />
        <span className="t3 micro">{words.order}</span>
      </div>
      <div className="att-list">
        {entries.map((entry) => (
          <Entry key={entry.id} entry={entry} />
        ))}
        {entries.length === 0 && load.phase === 'ready' && (
          <EmptyState title={words.nothing}>{words.nothingText}</EmptyState>
        )}
        {entries.length === 0 && load.phase === 'failed' && <ErrorState error={load.error} />}
        {entries.length === 0 && load.phase === 'loading' && <Skeleton />}
      </div>
    </>
  )
}

function Entry({ entry }: { readonly entry: AttentionEntry }) {
  const { severity, title, message, detail, nextRetryMs, remedy } = entry
  return (
    <article className="att">
      <LampMark state={severity} />
      <b className="medium">{title}</b>
      {remedy !== undefined && (
        <Button size="sm" title={remedy.detail} onClick={() => void follow(remedy)}>
          {remedy.verb}
        </Button>
      )}
      <span className="what">{message}</span>
      {(detail !== undefined || nextRetryMs !== undefined) && (
        <span className="how">
          {nextRetryMs !== undefined && (
            <>
              <Until atMs={nextRetryMs} before={words.retryIn} due={messages.load.tryingNow} />.{' '}
            </>
          )}
          {detail}
        </span>
      )}
    </article>
  )
}

/** Does what the remedy says: runs it here, shows its screen, or copies its command. */
async function follow(remedy: Remedy): Promise<void> {
  const { verb, method, input, screen, command } = remedy
  if (method === 'doctor.run') {
    const nodeId = input?.['nodeId']
    await openDoctor(typeof nodeId === 'string' ? [nodeId] : undefined)
  } else if (method !== undefined) {
    try {
      await runRemedy(remedy, currentPerson())
      showToast({ state: 'ok', title: words.done(verb) })
    } catch (error) {
      showFailure(words.failed(verb), error)
    }
  } else if (screen !== undefined) {
    navigateTo(screen)
  } else if (command !== undefined && (await copyText(command))) {
    showToast({ state: 'ok', title: words.copied, text: command })
  }
}
