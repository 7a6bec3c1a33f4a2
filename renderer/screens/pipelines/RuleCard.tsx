import type { AutoSwitchRule } from '../../../shared/domain/settings.ts'
import { messages } from '../../text/messages.ts'
import { formatWholeDuration } from '../../ui/format.ts'
import { href } from '../../ui/router.ts'
import { Badge } from '../../ui/states.tsx'

const words = messages.pipelines.rule

/** The automatic switch in words, with its on and off levels drawn. */
export function RuleCard({ rule }: { readonly rule: AutoSwitchRule | undefined }) {
  if (rule === undefined) {
    return (
      <div className="sec">
        <h2 className="h2">{words.none}</h2>
        <p className="small t2">{words.noneText}</p>
        <a className="small" href={href('settings')}>
          {words.edit}
        </a>
      </div>
    )
  }
  return (
    <div className="sec">
      <div className="row">
        <h2 className="h2">{words.title(rule.column)}</h2>
        <span className="grow" />
        <Badge tone={rule.enabled ? 'ok' : 'off'}>{rule.enabled ? words.on : words.off}</Badge>
      </div>
      <p className="small t2">{ruleSentence(rule)}</p>
      <Levels rule={rule} />
      <a className="small" href={href('settings')}>
        {words.edit}
      </a>
    </div>
  )
}

/** The rule as one sentence. */
export function ruleSentence(rule: AutoSwitchRule): string {
  const on = [
    rule.onAbove === undefined ? undefined : words.above(String(rule.onAbove)),
    rule.onBelow === undefined ? undefined : words.below(String(rule.onBelow)),
  ]
  const off = [
    rule.offBelow === undefined ? undefined : words.below(String(rule.offBelow)),
    rule.offAbove === undefined ? undefined : words.above(String(rule.offAbove)),
  ]
  return words.sentence(
    join(on),
    formatWholeDuration(rule.holdSeconds * 1000),
    join(off),
    formatWholeDuration(rule.timeoutSeconds * 1000),
  )
}

function join(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join(' or ')
}

/** A reading that rises past the on level and falls below the off level: what hysteresis means, drawn. */
function Levels({ rule }: { readonly rule: AutoSwitchRule }) {
  const isAbove = rule.onAbove !== undefined
  const on = isAbove ? rule.onAbove : rule.onBelow
  const off = isAbove ? rule.offBelow : rule.offAbove
  if (on === undefined) return null
  const flip = isAbove ? '' : 'scale(1 -1) translate(0 -100)'
  return (
    <svg className="pl-levels" viewBox="0 0 320 100" role="img" aria-label={ruleSentence(rule)}>
      <rect className="held" x="128" y="0" width="118" height="100" />
      <g transform={flip}>
        <path
          className="line"
          d="M0 84C40 84 60 80 84 60C108 40 112 20 140 14C170 8 190 12 208 22C232 36 236 62 262 74C282 82 300 80 320 80"
        />
        <path className="on" d="M0 28H320" />
        {off !== undefined && <path className="off" d="M0 58H320" />}
      </g>
      <text x="4" y={isAbove ? 23 : 84}>
        {on}
      </text>
      {off !== undefined && (
        <text x="4" y={isAbove ? 53 : 54}>
          {off}
        </text>
      )}
    </svg>
  )
}
