import { closeSync, openSync } from 'node:fs'
import { openParquet } from '../parquet/decode.ts'
import { defineTask } from '../support/workerPool.ts'
import { fileSource } from './reconcileBucket.ts'

export interface StrayInput {
  readonly path: string
  /** Ranges that were delivered: a stray row within them is a second copy. */
  readonly ranges: readonly { readonly fromSeq: number; readonly toSeq: number }[]
  readonly limit: number
}

export interface StrayResult {
  readonly rows: number
  readonly duplicated: number
  /** The first of the duplicated sequences. */
  readonly sequences: readonly number[]
  readonly problem: string | undefined
}

/** Reads an object no execution knows of: which delivered rows it holds once more. */
export const strayTask = defineTask<StrayInput, StrayResult>('stray')

/** What an object that no execution knows holds: its rows and their sequences. */
export async function readStray(input: StrayInput): Promise<StrayResult> {
  const fd = openSync(input.path, 'r')
  try {
    const file = await openParquet(fileSource(fd), 'The object')
    if (!file.columns.some((column) => column.name === '_row_id')) {
      return { rows: file.rows, duplicated: 0, sequences: [], problem: 'it has no column _row_id' }
    }
    const sequences: number[] = []
    let duplicated = 0
    for (const group of file.rowGroups) {
      const values = await file.readColumn('_row_id', group.rowStart, group.rowEnd)
      for (let i = 0; i < values.length; i++) {
        const sequence = Number(values[i])
        if (!input.ranges.some((range) => range.fromSeq <= sequence && sequence <= range.toSeq)) continue
        duplicated++
        if (sequences.length < input.limit) sequences.push(sequence)
      }
    }
    return { rows: file.rows, duplicated, sequences, problem: undefined }
  } catch (error) {
    return { rows: 0, duplicated: 0, sequences: [], problem: error instanceof Error ? error.message : String(error) }
  } finally {
    closeSync(fd)
  }
}
