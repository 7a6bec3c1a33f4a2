import type { EmergencyThreshold } from '../../../shared/domain/settings.ts'
import { useRules } from '../../stores/rules.ts'
import { messages } from '../../text/messages.ts'
import { TypeTag } from '../../ui/marks/TypeTag.tsx'
import { ErrorState, Skeleton } from '../../ui/states.tsx'
import { RuleCard } from './RuleCard.tsx'

const words = messages.pipelines.rule

/** The automatic switch, and what counts as an emergency row. */
export function RulesTab() {
  const { load, emergency, autoSwitch } = useRules()
  if (load.phase === 'failed') return <ErrorState error={load.error} />
  if (emergency === undefined) return <Skeleton />
  const lines = [
    ...(emergency.anomalyFlag ? [words.anomaly] : []),
    ...(emergency.statusCodes.length > 0 ? [words.status(emergency.statusCodes.join(', '))] : []),
    ...emergency.thresholds.map(describe),
  ]
  return (
    <div className="pl-two">
      <section className="panel">
        <div className="ph">
          <h2>{words.emergency}</h2>
          <TypeTag type="emergency" />
        </div>
        <div className="pb">
          <p className="small t2">{words.emergencyText}</p>
          <ul className="pl-list small">
            {lines.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </div>
      </section>
      <section className="panel">
        <RuleCard rule={autoSwitch} />
      </section>
    </div>
  )
}

function describe(threshold: EmergencyThreshold): string {
  const limits = [
    threshold.below === undefined ? undefined : words.below(String(threshold.below)),
    threshold.above === undefined ? undefined : words.above(String(threshold.above)),
  ].filter((part) => part !== undefined)
  return words.threshold(threshold.column, threshold.unit ?? '', limits.join(' or '))
}
