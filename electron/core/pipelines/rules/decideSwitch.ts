import type { AutoSwitchRule } from '../../../../shared/domain/settings.ts'

/**
 * Where the rule stands on one node. `calm`: nothing to do. `rising`: beyond the on level since `sinceMs`. `on`: switched
 * to emergency at `sinceMs`. `falling`: still switched, beyond the off level since `calmMs`. `spent`: ended by the time-out
 * or by a person; the rule starts again only after readings have been calm.
 */
export type SwitchState =
  | { readonly phase: 'calm' }
  | { readonly phase: 'rising'; readonly sinceMs: number }
  | { readonly phase: 'on'; readonly sinceMs: number }
  | { readonly phase: 'falling'; readonly sinceMs: number; readonly calmMs: number }
  | { readonly phase: 'spent' }

export interface SwitchSample {
  readonly atMs: number
  /** Newest reading; undefined when there is no new one since the last look. */
  readonly value: number | undefined
  /** True while the rule's own switch is in force on the node. */
  readonly isOwnSwitch: boolean
  /** True while the node is on emergency for another reason. */
  readonly isEmergency: boolean
}

export interface SwitchDecision {
  readonly state: SwitchState
  readonly action: 'switchOn' | 'switchBack' | undefined
  readonly reason: string | undefined
}

/**
 * One step of the automatic switch. On after `holdSeconds` beyond the on level, back after as long beyond the off level or
 * when `timeoutSeconds` are over; between the two levels nothing changes. A person's choice is never undone: a switch made
 * by hand is left, and one that a person ended stays ended until readings were calm.
 */
export function decideSwitch(rule: AutoSwitchRule, state: SwitchState, sample: SwitchSample): SwitchDecision {
  const stay = (next: SwitchState): SwitchDecision => ({ state: next, action: undefined, reason: undefined })
  const holdMs = rule.holdSeconds * 1000
  const { atMs, value } = sample
  const isCalm = value !== undefined && isBeyondOff(rule, value)
  switch (state.phase) {
    case 'spent':
      return stay(isCalm ? { phase: 'calm' } : state)
    case 'calm':
    case 'rising': {
      if (value === undefined) return stay(state)
      if (sample.isEmergency || !isBeyondOn(rule, value)) return stay({ phase: 'calm' })
      const sinceMs = state.phase === 'rising' ? state.sinceMs : atMs
      if (atMs - sinceMs < holdMs) return stay({ phase: 'rising', sinceMs })
      return { state: { phase: 'on', sinceMs: atMs }, action: 'switchOn', reason: describeOn(rule, value) }
    }
    case 'on':
    case 'falling': {
      if (!sample.isOwnSwitch) return stay({ phase: 'spent' })
      if (atMs - state.sinceMs >= rule.timeoutSeconds * 1000) {
        return { state: { phase: 'spent' }, action: 'switchBack', reason: `time-out after ${rule.timeoutSeconds} s` }
      }
      if (value === undefined) return stay(state)
      if (!isCalm) return stay({ phase: 'on', sinceMs: state.sinceMs })
      const calmMs = state.phase === 'falling' ? state.calmMs : atMs
      if (atMs - calmMs < holdMs) return stay({ phase: 'falling', sinceMs: state.sinceMs, calmMs })
      return { state: { phase: 'calm' }, action: 'switchBack', reason: `${rule.column} calm for ${rule.holdSeconds} s` }
    }
  }
}

function isBeyondOn(rule: AutoSwitchRule, value: number): boolean {
  return (rule.onAbove !== undefined && value > rule.onAbove) || (rule.onBelow !== undefined && value < rule.onBelow)
}

/** A missing off level is the on level itself. */
function isBeyondOff(rule: AutoSwitchRule, value: number): boolean {
  const upper = rule.onAbove === undefined ? undefined : (rule.offBelow ?? rule.onAbove)
  const lower = rule.onBelow === undefined ? undefined : (rule.offAbove ?? rule.onBelow)
  return (upper === undefined || value < upper) && (lower === undefined || value > lower)
}

function describeOn(rule: AutoSwitchRule, value: number): string {
  const isHigh = rule.onAbove !== undefined && value > rule.onAbove
  const level = isHigh ? `above ${rule.onAbove}` : `below ${String(rule.onBelow)}`
  return `${rule.column} ${level} for ${rule.holdSeconds} s`
}
