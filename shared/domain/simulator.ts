export const ANOMALY_TYPES = ['spike', 'trend', 'pattern', 'noise', 'missing_data'] as const
export type AnomalyType = (typeof ANOMALY_TYPES)[number]

export interface ScenarioInfo {
  readonly id: string
  readonly label: string
  readonly description: string
}

/** One simulated sensor node as it runs now. */
export interface SimulatedNode {
  readonly nodeId: string
  readonly isRunning: boolean
  readonly ratePerSecond: number
  readonly scenario: string
  readonly seed: string
  readonly rowsWritten: number
  readonly lastWriteMs: number | undefined
  readonly activeAnomalies: readonly {
    readonly type: AnomalyType
    readonly field: string | undefined
    readonly untilMs: number
  }[]
  readonly problem: string | undefined
}
