import type { LampState } from './lampTypes.ts'

/** What a person can do about a cause; `method` and `input` run it through the contract when it can be done here. */
export interface Remedy {
  readonly verb: string
  readonly detail: string
  readonly method?: string
  readonly input?: Readonly<Record<string, unknown>>
  /** The same as a command to paste. */
  readonly command?: string
  /** A screen that shows it, such as `node/midland-04` or `settings/store`. */
  readonly screen?: string
}

/** One cause that needs, or may need, a person; at most one entry per cause, however many nodes it touches. */
export interface AttentionEntry {
  readonly id: string
  readonly check: string
  readonly severity: Extract<LampState, 'bad' | 'warn' | 'off'>
  readonly title: string
  readonly message: string
  readonly detail: string | undefined
  readonly nodeIds: readonly string[]
  readonly sinceMs: number
  readonly nextRetryMs: number | undefined
  readonly remedy: Remedy | undefined
}

/** Outcome of one doctor check on one subject. */
export interface DoctorFinding {
  readonly id: string
  readonly check: string
  readonly subject: string
  readonly verdict: 'ok' | 'warn' | 'bad' | 'skipped'
  readonly title: string
  readonly evidence: string
  readonly why: string
  readonly remedy: Remedy | undefined
  /** True when `doctor.fix` can do it safely. */
  readonly isFixable: boolean
  /** When what fails because of it is tried again, milliseconds UTC; undefined when nothing waits for a retry. */
  readonly nextRetryMs?: number | undefined
}

export interface DoctorReport {
  readonly takenAtMs: number
  readonly findings: readonly DoctorFinding[]
  readonly bad: number
  readonly warn: number
}
