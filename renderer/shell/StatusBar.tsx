import type { FleetStatus } from '../../shared/domain/node.ts'
import type { WorkspaceInfo } from '../../shared/ipc/contract.ts'
import { useFleet } from '../stores/fleet.ts'
import { useWorkspace } from '../stores/workspace.ts'
import { messages } from '../text/messages.ts'
import { Age } from '../ui/Age.tsx'
import { useNow } from '../ui/clock.ts'
import { drainSentence } from '../ui/drain.ts'
import { formatBytes, formatCount, formatLink, formatNoun, formatUtc } from '../ui/format.ts'
import { Icon } from '../ui/Icon.tsx'
import { Kbd } from '../ui/Kbd.tsx'
import { LampMark } from '../ui/marks/Lamp.tsx'
import { href } from '../ui/router.ts'
import { proofLamp } from './proofLamp.ts'
import { openShortcuts } from './shortcutsOpen.ts'

const words = messages.shell.status

/** Proof, backlog, link cap, month on the left; store, UTC, shortcuts on the right. On every screen. */
export function StatusBar() {
  const status = useFleet((state) => state.status)
  const workspace = useWorkspace((state) => state.workspace)
  return (
    <footer className="statusbar" aria-label={words.label}>
      {status !== undefined && (
        <>
          <ProofItem proof={status.proof} hasDelivered={status.deliveredAge.worstMs !== undefined} />
          <span>
            <span>
              {words.backlog} <b>{formatNoun(status.backlogRows, 'row')}</b>
              {status.backlogRows > 0 && `, ${drainSentence(status.drain)}`}
            </span>
          </span>
          <LinkItem link={status.link} />
        </>
      )}
      <span className="grow" />
      {workspace !== undefined && <span className="hide-1100">{storeName(workspace)}</span>}
      <Utc />
      <button type="button" onClick={openShortcuts}>
        <Kbd>?</Kbd> {words.shortcuts}
      </button>
    </footer>
  )
}

function ProofItem({ proof, hasDelivered }: { readonly proof: FleetStatus['proof']; readonly hasDelivered: boolean }) {
  const { checkedAtMs, missing, duplicated } = proof
  const isKnown = checkedAtMs !== undefined
  const verdict =
    missing === 0 && duplicated === 0 ? words.clean : words.broken(formatCount(missing), formatCount(duplicated))
  return (
    <a href={href('proof')} className="bare-link">
      <LampMark state={proofLamp(proof)} size={9} />
      {isKnown ? (
        <span>
          {words.proof} <b>{verdict}</b>,{' '}
          {proof.state === 'running' ? (
            words.checking
          ) : (
            <>
              {words.checked} <Age sinceMs={checkedAtMs} suffix={words.ago} />
            </>
          )}
        </span>
      ) : (
        <span>
          {words.noProof}{' '}
          <b>
            {proof.state === 'running' ? words.checking : !hasDelivered ? words.nothingDelivered : words.notChecked}
          </b>
        </span>
      )}
    </a>
  )
}

function LinkItem({ link }: { readonly link: FleetStatus['link'] }) {
  const { capBytesPerSecond, monthBytes, monthBudgetBytes, isCut } = link
  return (
    <>
      {isCut && (
        <span className="alert">
          <Icon name="cut" size={12} />
          <b>{words.linkCut}</b>
        </span>
      )}
      {capBytesPerSecond !== undefined && (
        <a href={href('settings', 'links')} className="bare-link alert">
          <Icon name="slow" size={12} />
          {words.linkCap} <b>{formatLink(capBytesPerSecond)}</b>
        </a>
      )}
      <span className="hide-1100">
        <span>
          {words.month}{' '}
          <b>
            {monthBudgetBytes === undefined
              ? formatBytes(monthBytes)
              : words.monthOf(formatBytes(monthBytes), formatBytes(monthBudgetBytes))}
          </b>
        </span>
      </span>
    </>
  )
}

function Utc() {
  const time = useNow(formatUtc)
  return (
    <span>
      {words.utc} <b>{time}</b>
    </span>
  )
}

function storeName({ store }: WorkspaceInfo): string {
  if (store.kind === 'embedded') return words.embedded
  if (store.endpoint === undefined) return words.s3(store.region)
  return words.s3At(URL.canParse(store.endpoint) ? new URL(store.endpoint).host : store.endpoint)
}
