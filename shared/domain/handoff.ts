/** A generated file, path relative to the output folder with `/`. */
export interface GeneratedFile {
  readonly path: string
  readonly text: string
}

/** What the ledger delivered of one node, table, type and epoch, as rows that stand one to one in the objects. */
export interface DeliveredRows {
  readonly nodeId: string
  readonly table: string
  readonly type: string
  readonly epoch: string
  readonly rows: number
  readonly objects: number
}

export interface IngestedComparison extends DeliveredRows {
  readonly ingestedRows: number
  readonly ingestedObjects: number
  /** Rows whose node, epoch and row id were met before. */
  readonly duplicateRows: number
  readonly newestIngest: string | undefined
  readonly verdict: 'equal' | 'waiting' | 'excess' | 'duplicated'
}

/** A machine of the spot deployer, as a node to watch. */
export interface DeployedMachine {
  readonly id: string
  readonly name: string
  readonly address: string | undefined
  readonly isRunning: boolean
  readonly labels: Readonly<Record<string, string>>
}
