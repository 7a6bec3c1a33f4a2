import { SCREENS } from '../screens/index.ts'
import type { ScreenId } from '../screens/index.ts'
import { useAttention } from '../stores/attention.ts'
import { useConnection } from '../stores/connection.ts'
import { useFleet } from '../stores/fleet.ts'
import { useWorkspace } from '../stores/workspace.ts'
import { messages } from '../text/messages.ts'
import { formatCount } from '../ui/format.ts'
import { Icon } from '../ui/Icon.tsx'
import { LampMark } from '../ui/marks/Lamp.tsx'
import { Mark, stateClass } from '../ui/marks/Mark.tsx'
import { href } from '../ui/router.ts'
import { proofLamp } from './proofLamp.ts'

/** The screens, each with a count or a shape where something waits. */
export function Nav({ current }: { readonly current: string }) {
  const workspace = useWorkspace((state) => state.workspace)
  const phase = useWorkspace((state) => state.load.phase)
  const isConnected = useConnection((state) => state.state.kind === 'connected')
  const active = current === 'node' ? 'fleet' : current
  return (
    <nav className="nav" aria-label={messages.shell.nav}>
      {SCREENS.filter((screen) => screen.isInNav).map((screen) => (
        <a
          key={screen.id}
          href={href(screen.id)}
          aria-current={screen.id === active ? 'page' : undefined}
          title={screen.label}
        >
          <Icon name={screen.icon} />
          <span>{screen.label}</span>
          <Waiting id={screen.id} />
        </a>
      ))}
      <div className="foot">
        <span
          className="t2"
          title={workspace === undefined ? undefined : messages.shell.enginePid(workspace.enginePid)}
        >
          {!isConnected || phase === 'failed'
            ? messages.shell.engineAway
            : workspace === undefined
              ? messages.shell.engineAwaited
              : messages.shell.engine}
        </span>
        {workspace !== undefined && <span>{messages.shell.version(workspace.version)}</span>}
      </div>
    </nav>
  )
}

function Waiting({ id }: { readonly id: ScreenId }) {
  if (id === 'fleet') return <NodeCount />
  if (id === 'proof') return <ProofMark />
  if (id === 'activity') return <AttentionCount />
  return null
}

function NodeCount() {
  const nodes = useWorkspace((state) => state.workspace?.nodes)
  return nodes === undefined ? null : <span className="n">{formatCount(nodes)}</span>
}

function ProofMark() {
  const proof = useFleet((state) => state.status?.proof)
  if (proof === undefined || proof.state === 'unknown') return null
  return (
    <span className="n">
      <LampMark state={proofLamp(proof)} size={9} />
    </span>
  )
}

function AttentionCount() {
  const entries = useAttention((state) => state.entries)
  const worst = ['bad', 'warn', 'off'].find((severity) => entries.some((entry) => entry.severity === severity))
  if (worst === undefined) return null
  const state = worst as 'bad' | 'warn' | 'off'
  return (
    <span className="n" title={messages.shell.attention(entries.length)}>
      <span className={`lamp ${stateClass(state)}`}>
        <Mark state={state} size={9} />
      </span>
      {formatCount(entries.length)}
      <span className="sr">{messages.shell.attention(entries.length)}</span>
    </span>
  )
}
