/** One measurement, in a process of its own so that its memory is its own. */
export type Stage = (input: StageInput) => Promise<Readonly<Record<string, number>>>

export interface StageInput {
  readonly path: string
  readonly rows: number
  /** A folder for whatever the stage writes; removed afterwards. */
  readonly folder: string
}
