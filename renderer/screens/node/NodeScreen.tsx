import { useCallback, useEffect, useState } from 'react'
import type { LampState } from '../../../shared/domain/lampTypes.ts'
import type { Lamp } from '../../../shared/domain/lampTypes.ts'
import type { NodeSummary } from '../../../shared/domain/node.ts'
import { openDoctor } from '../../stores/doctor.ts'
import { followExecutions } from '../../stores/executions.ts'
import { pauseNodes, useNodes } from '../../stores/nodes.ts'
import { messages } from '../../text/messages.ts'
import { Button } from '../../ui/Button.tsx'
import { useNow } from '../../ui/clock.ts'
import { CopyCli } from '../../ui/CopyButton.tsx'
import { copyText } from '../../ui/copy.ts'
import { formatClock } from '../../ui/format.ts'
import { Icon } from '../../ui/Icon.tsx'
import { lampText } from '../../ui/marks/Lamp.tsx'
import { Mark, stateClass } from '../../ui/marks/Mark.tsx'
import { MoreMenu } from '../../ui/MoreMenu.tsx'
import { href, navigate, useRoute } from '../../ui/router.ts'
import { useShortcut } from '../../ui/shortcuts.ts'
import { SidePane, SidePaneButton } from '../../ui/SidePane.tsx'
import { Banner, EmptyState, Skeleton } from '../../ui/states.tsx'
import { showFailure } from '../../ui/toast.tsx'
import { Below } from './Below.tsx'
import { Charts } from './Charts.tsx'
import { DatabasePanel } from './DatabasePanel.tsx'
import { PipelinePanel } from './PipelinePanel.tsx'
import { UploaderPanel } from './UploaderPanel.tsx'

const words = messages.node

/** One node: its charts, and the three things a person changes or asks about it. */
export function NodeScreen() {
  const { parts } = useRoute()
  const nodeId = parts[0] ?? ''
  const node = useNodes((state) => state.byId.get(nodeId))
  const phase = useNodes((state) => state.load.phase)
  useEffect(followExecutions, [])
  if (node === undefined) {
    if (phase !== 'ready') return <Skeleton />
    return (
      <EmptyState
        title={words.unknown(nodeId)}
        action={<Button onClick={() => navigate('fleet')}>{words.backToFleet}</Button>}
      >
        {words.unknownText}
      </EmptyState>
    )
  }
  return (
    <>
      <NodeHead node={node} />
      {node.lamps.reach.state === 'off' && <OfflineBanner node={node} />}
      <div className="nd">
        <section className="pane">
          <Charts key={node.nodeId} nodeId={node.nodeId} />
          <Below key={`below-${node.nodeId}`} nodeId={node.nodeId} />
        </section>
        <SidePane className="nd-side" label={words.side}>
          <PipelinePanel key={node.nodeId} node={node} />
          <UploaderPanel node={node} />
          <DatabasePanel node={node} />
        </SidePane>
      </div>
    </>
  )
}

function NodeHead({ node }: { readonly node: NodeSummary }) {
  const [isBusy, setBusy] = useState(false)
  const isPaused = node.uploadState === 'paused'
  const doctor = () => void openDoctor([node.nodeId])
  useShortcut('D', words.doctor, doctor)
  const togglePause = async () => {
    setBusy(true)
    try {
      await pauseNodes([node.nodeId], !isPaused)
    } catch (error) {
      showFailure(words.pauseFailed, error)
    }
    setBusy(false)
  }
  return (
    <header className="head nd-head">
      <div className="col">
        <nav className="crumb micro">
          <a href={href('fleet')}>{words.fleet}</a>
          <Icon name="right" size={10} />
          <span>{node.site ?? words.noSite}</span>
        </nav>
        <h1>{node.nodeId}</h1>
      </div>
      <div className="row nd-lamps">
        {(['reach', 'collect', 'deliver'] as const).map((name) => (
          <BigLamp key={name} name={name} lamp={node.lamps[name]} />
        ))}
      </div>
      <div className="actions">
        <SidePaneButton label={words.side} />
        <span className="hide-1280">
          <CopyCli command={words.command(node.nodeId)} />
        </span>
        <Button icon="doctor" keys="D" onClick={doctor}>
          {words.doctor}
        </Button>
        <Button icon={isPaused ? 'play' : 'pause'} disabled={isBusy} onClick={() => void togglePause()}>
          {isPaused ? words.resume : words.pause}
        </Button>
        <MoreMenu
          items={[
            {
              label: messages.actions.copyCli,
              icon: 'copy',
              onClick: () => void copyText(words.command(node.nodeId)),
            },
          ]}
        />
      </div>
    </header>
  )
}

function BigLamp({ name, lamp }: { readonly name: 'reach' | 'collect' | 'deliver'; readonly lamp: Lamp }) {
  const text = useNow(useCallback((nowMs: number) => lampText(lamp, nowMs), [lamp]))
  const state: LampState = lamp.state
  const hasMore = state !== 'ok' || lamp.sinceMs !== undefined
  return (
    <div className="row nd-lamp" title={`${words.lamps[name]}: ${words.lamps.words[name][state]}`}>
      <span className={`lamp ${stateClass(state)}`}>
        <Mark state={state} size={14} />
      </span>
      <div className="col">
        <span className="micro t3">{words.lamps[name]}</span>
        <span className="medium nowrap">
          {words.lamps.words[name][state]} {hasMore && <span className="t2 nd-age">{text}</span>}
        </span>
      </div>
    </div>
  )
}

function OfflineBanner({ node }: { readonly node: NodeSummary }) {
  return (
    <Banner icon={<Icon name="clock" size={14} />}>
      <b>{words.asOf(formatClock(node.takenAtMs))}</b> {node.failure?.message} {node.failure?.hint}
    </Banner>
  )
}
