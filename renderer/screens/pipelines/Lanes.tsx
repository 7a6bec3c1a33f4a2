import { messages } from '../../text/messages.ts'
import { formatDateTime, formatMinute, formatNoun } from '../../ui/format.ts'
import { typeKind } from '../../ui/marks/TypeTag.tsx'
import { href } from '../../ui/router.ts'
import type { TimelineLane } from './lanes.ts'

const words = messages.pipelines
const SHOWN = 8
const TICKS = 8
/** Below this share of the width a segment has no room for its word. */
const LEAST_SHARE = 0.09

/** Lanes of the nodes that changed, a notch per change. */
export function Lanes({
  lanes,
  fromMs,
  toMs,
}: {
  readonly lanes: readonly TimelineLane[]
  readonly fromMs: number
  readonly toMs: number
}) {
  const isDays = toMs - fromMs > 2 * 86_400_000
  return (
    <div className="pl-lanes" role="group" aria-label={`${words.timeline}: ${lanes.map(describe).join('; ')}`}>
      {lanes.slice(0, SHOWN).map((lane) => (
        <div key={lane.nodeId} className="pl-lane">
          <a className="medium small ell bare-link" href={href('node', lane.nodeId)}>
            {lane.nodeId}
          </a>
          <div className="pl-track">
            {lane.segments.map((segment) => (
              <i
                key={segment.from}
                className={`type-${typeKind(segment.type)}`}
                style={{ left: `${segment.from * 100}%`, width: `${(segment.to - segment.from) * 100}%` }}
              >
                {segment.to - segment.from > LEAST_SHARE && <span>{segment.type}</span>}
              </i>
            ))}
            {lane.segments
              .filter((segment) => segment.isChange)
              .map((segment) => (
                <b
                  key={segment.from}
                  className={`type-${typeKind(segment.type)}`}
                  style={{ left: `${segment.from * 100}%` }}
                />
              ))}
          </div>
        </div>
      ))}
      {lanes.length === 0 && <p className="small t3 pl-none">{words.nobodyChanged}</p>}
      {lanes.length > SHOWN && <p className="micro t3">{words.moreNodes(formatNoun(lanes.length - SHOWN, 'node'))}</p>}
      {lanes.length > 0 && (
        <div className="pl-axis">
          <span />
          <div>
            {Array.from({ length: TICKS + 1 }, (_, i) => fromMs + ((toMs - fromMs) * i) / TICKS).map((at, index) => (
              <span key={at}>{index === TICKS ? words.now : isDays ? formatDateTime(at, toMs) : formatMinute(at)}</span>
            ))}
          </div>
        </div>
      )}
    </div>
  )
}

function describe(lane: TimelineLane): string {
  return `${lane.nodeId} ${lane.segments.map((segment) => segment.type).join(', then ')}`
}
