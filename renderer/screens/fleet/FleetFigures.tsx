import type { FleetStatus } from '../../../shared/domain/node.ts'
import { useFleet } from '../../stores/fleet.ts'
import { messages } from '../../text/messages.ts'
import { Age } from '../../ui/Age.tsx'
import { drainSentence } from '../../ui/drain.ts'
import { Figure } from '../../ui/Figure.tsx'
import { formatCount, formatNoun, formatRate, formatWholeDuration } from '../../ui/format.ts'
import { Mark } from '../../ui/marks/Mark.tsx'
import { href } from '../../ui/router.ts'
import { Sparkline } from '../../ui/Sparkline.tsx'

const words = messages.fleet.figures

/** Five figures, each with its trend and its own bad tail. */
export function FleetFigures() {
  const status = useFleet((state) => state.status)
  if (status === undefined) return <div className="vitals" aria-busy="true" />
  const { deliveredAge, trends, drain, backlogRows, anomaliesLastHour, worstAnomalyNode } = status
  const age = (ms: number | undefined) => (ms === undefined ? messages.lamp.unknown : formatWholeDuration(ms))
  const isDraining = !(['keepingUp', 'none', 'unknown'] as readonly string[]).includes(drain.kind)
  const isMeasuring = drain.kind === 'unknown' && status.rowsPerSecond === 0
  return (
    <div className="vitals">
      <Figure
        label={words.delivered}
        value={deliveredAge.medianMs === undefined ? words.nothing : age(deliveredAge.medianMs)}
        trend={<Sparkline values={trends.deliveredAgeMs} width={60} />}
        tail={
          deliveredAge.worstMs === undefined
            ? undefined
            : words.tail(age(deliveredAge.p95Ms), age(deliveredAge.worstMs))
        }
      />
      <Figure
        label={words.reading}
        value={isMeasuring ? words.measuring : formatRate(status.rowsPerSecond)}
        trend={<Sparkline values={trends.rowsPerSecond} width={60} />}
        tail={words.writing(formatCount(status.nodesWriting), formatCount(status.nodes))}
      />
      <Figure
        label={words.backlog}
        value={formatNoun(backlogRows, 'row')}
        trend={<Sparkline values={trends.backlogRows} width={60} tone={isDraining ? 'warn' : 'line'} />}
        tail={drainSentence(drain)}
      />
      <Figure
        label={words.anomalies}
        value={formatCount(anomaliesLastHour)}
        trend={<Sparkline values={trends.anomalies} width={60} tone={anomaliesLastHour > 0 ? 'warn' : 'line'} />}
        tail={
          worstAnomalyNode === undefined
            ? words.noAnomalies
            : words.worstNode(formatCount(worstAnomalyNode.count), worstAnomalyNode.nodeId)
        }
      />
      <ProofFigure proof={status.proof} hasDelivered={deliveredAge.worstMs !== undefined} />
    </div>
  )
}

function ProofFigure({
  proof,
  hasDelivered,
}: {
  readonly proof: FleetStatus['proof']
  readonly hasDelivered: boolean
}) {
  const { checkedAtMs, missing, duplicated, rows } = proof
  const { clean, broken, ago } = messages.shell.status
  if (checkedAtMs === undefined) {
    return (
      <Figure
        label={words.proof}
        value={<span className="t2">{words.unproved}</span>}
        tail={
          hasDelivered ? (
            <a href={href('proof')}>{messages.fleet.firstRun.checkProof}</a>
          ) : (
            messages.shell.status.nothingDelivered
          )
        }
      />
    )
  }
  const isClean = missing === 0 && duplicated === 0 && proof.state !== 'broken'
  return (
    <Figure
      label={words.proof}
      value={
        <span className={`row ${isClean ? 'c-ok' : 'c-bad'}`}>
          <Mark state={isClean ? 'ok' : 'bad'} />
          {missing === 0 && duplicated === 0 ? clean : broken(formatCount(missing), formatCount(duplicated))}
        </span>
      }
      tail={
        <>
          {words.proofRows(formatNoun(rows, 'row'))} <Age sinceMs={checkedAtMs} suffix={ago} />
        </>
      }
    />
  )
}
