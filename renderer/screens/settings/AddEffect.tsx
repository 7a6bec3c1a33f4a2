import { useFleet } from '../../stores/fleet.ts'
import { messages } from '../../text/messages.ts'
import { formatBytes, formatCount, formatLink, formatWholeDuration } from '../../ui/format.ts'
import { KeyValues } from '../../ui/KeyValues.tsx'
import { SidePane } from '../../ui/SidePane.tsx'
import { Note } from '../../ui/states.tsx'
import type { AddPlan } from './addPlan.ts'

const words = messages.settings.nodes
/** Bytes of Parquet per row of a sensor reading, as measured on the demo fleet; only for an estimate marked "about". */
const PARQUET_BYTES_PER_ROW = 10

/** What adding the chosen files means in rows, bytes, minutes of link time and share of the month's budget. */
export function AddEffect({ plan }: { readonly plan: AddPlan }) {
  const link = useFleet((state) => state.status?.link)
  const bytes = plan.rows * PARQUET_BYTES_PER_ROW
  const cap = link?.capBytesPerSecond
  const budget = link?.monthBudgetBytes
  return (
    <SidePane className="st-yaml" label={words.effect}>
      <div className="st-head in-pane">
        <h2 className="h2">{words.effect}</h2>
      </div>
      <div className="effect">
        <KeyValues
          entries={[
            { key: words.effects.nodes, value: formatCount(plan.nodes.length) },
            { key: words.effects.rows, value: formatCount(plan.rows) },
            { key: words.effects.bytes, value: formatBytes(plan.bytes) },
            { key: words.effects.parquet, value: formatBytes(bytes) },
            {
              key: cap === undefined ? '' : words.effects.time(formatLink(cap)),
              value: cap === undefined ? undefined : formatWholeDuration((bytes / cap) * 1000),
            },
            {
              key: budget === undefined ? '' : words.effects.budget(formatBytes(budget)),
              value: budget === undefined ? undefined : shareOf(bytes, budget, link?.monthBytes ?? 0),
            },
          ]}
        />
        <Note tone="info" icon="info">
          {words.effectText}
        </Note>
      </div>
    </SidePane>
  )
}

function shareOf(bytes: number, budget: number, used: number): string {
  const share = `${Math.round((bytes / budget) * 100)} %`
  const left = budget - used - bytes
  return left < 0 ? words.effects.over(share) : words.effects.share(share, formatBytes(left))
}
