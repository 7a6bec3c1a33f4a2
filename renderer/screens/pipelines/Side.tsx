import { useTimeline } from '../../stores/timeline.ts'
import { useQuarantine } from '../../stores/quarantine.ts'
import { useRules } from '../../stores/rules.ts'
import { messages } from '../../text/messages.ts'
import { Button } from '../../ui/Button.tsx'
import { formatBytes, formatCount, formatNoun } from '../../ui/format.ts'
import { KeyValues } from '../../ui/KeyValues.tsx'
import { TypeTag } from '../../ui/marks/TypeTag.tsx'
import { SidePane } from '../../ui/SidePane.tsx'
import { Badge } from '../../ui/states.tsx'
import { RuleCard } from './RuleCard.tsx'

const words = messages.pipelines
const REASONS = 5

/** Beside the history: what each type carried, the rule, and quarantine by reason. */
export function Side({ periodLabel, onReview }: { readonly periodLabel: string; readonly onReview: () => void }) {
  const totals = useTimeline((state) => state.totals)
  const reasons = useQuarantine((state) => state.reasons)
  const { autoSwitch } = useRules()
  const rows = reasons.reduce((sum, reason) => sum + reason.rows, 0)
  return (
    <SidePane className="pl-side" label={words.side}>
      <div className="row pl-side-head">
        <h2 className="h2">{words.carried}</h2>
        <span className="grow" />
        <span className="t3 micro">{periodLabel}</span>
      </div>
      {totals.length === 0 ? (
        <p className="small t3 pl-pad">{words.nothingCarried}</p>
      ) : (
        <table className="tbl pl-carried">
          <thead>
            <tr>
              <th>{words.carriedColumns.type}</th>
              <th className="num">{words.carriedColumns.nodes}</th>
              <th className="num">{words.carriedColumns.rows}</th>
              <th className="num">{words.carriedColumns.bytes}</th>
              <th className="num">{words.carriedColumns.perRow}</th>
            </tr>
          </thead>
          <tbody>
            {totals.map((total) => (
              <tr key={total.route}>
                <td>
                  <TypeTag type={total.route} />
                </td>
                <td className="num">{formatCount(total.nodes)}</td>
                <td className="num">{formatCount(total.rows)}</td>
                <td className="num">{formatBytes(total.bytes)}</td>
                <td className="num">{total.rows === 0 ? '' : perRow(total.bytes / total.rows)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <RuleCard rule={autoSwitch} />
      <div className="sec">
        <div className="row">
          <h2 className="h2">{words.quarantine.title}</h2>
          {rows > 0 && <Badge tone="warn">{formatNoun(rows, 'row')}</Badge>}
          <span className="grow" />
          {rows > 0 && (
            <Button size="sm" onClick={onReview}>
              {words.quarantine.review}
            </Button>
          )}
        </div>
        {rows === 0 ? (
          <p className="small t3">{words.quarantine.empty}</p>
        ) : (
          <div className="pl-reasons">
            <KeyValues
              entries={reasons
                .slice(0, REASONS)
                .map((reason) => ({ key: reason.reason, value: formatCount(reason.rows) }))}
            />
          </div>
        )}
      </div>
    </SidePane>
  )
}

function perRow(bytes: number): string {
  return bytes >= 100 ? formatCount(Math.round(bytes)) : bytes.toFixed(1)
}
