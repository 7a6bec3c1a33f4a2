export const DEMO_FAULTS = ['cutLink', 'slowDown', 'powerCut', 'clockJump', 'fillDisk', 'wrongCredentials'] as const
export type DemoFault = (typeof DEMO_FAULTS)[number]

/** The guided story and the fault buttons of a demo workspace. */
export interface DemoState {
  readonly seed: string
  readonly speed: number
  readonly isHeld: boolean
  readonly step: number
  readonly steps: readonly {
    readonly id: string
    readonly title: string
    /** What happens now, as a headline; `title` is the step's short name. */
    readonly heading?: string
    readonly sentence: string
    readonly screen: string
  }[]
  readonly stepEndsAtMs: number | undefined
  readonly faults: readonly {
    readonly id: DemoFault
    readonly label: string
    readonly isActive: boolean
    readonly sinceMs: number | undefined
  }[]
}
