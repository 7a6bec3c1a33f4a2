import type { ErrorData } from '../../shared/domain/errors.ts'
import type { LogEntry } from '../core/support/log.ts'
import type { CliIo } from './io.ts'

/**
 * Where a command writes. Results go to stdout, everything else to stderr. With `--json` stdout carries one document, or one
 * document per line where the command says so; nothing else.
 */
export interface Output {
  readonly isJson: boolean
  /** One line for people; nothing with `--json`. */
  readonly line: (text?: string) => void
  /** The result: the value with `--json`, else the text made of it. */
  readonly result: (value: unknown, text: () => string) => void
  /** One of many results, as they come: a line of JSON, or the text. */
  readonly item: (value: unknown, text: () => string) => void
  /** Progress of long work for a person who watches; never in a pipe, never with `--json`. Overwrites the line before. */
  readonly progress: (text: string) => void
  /** A remark on stderr that a person should see. */
  readonly notice: (text: string) => void
  readonly error: (error: ErrorData) => void
}

/** The output of one command on these streams. */
export function createOutput(io: CliIo, isJson: boolean): Output {
  const showsProgress = !isJson && io.stderr.isTTY === true
  let shownWidth = 0
  const clearProgress = (): void => {
    if (shownWidth > 0) io.stderr.write(`\r${' '.repeat(shownWidth)}\r`)
    shownWidth = 0
  }
  const out = (text: string): void => {
    clearProgress()
    io.stdout.write(`${text}\n`)
  }
  const err = (text: string): void => {
    clearProgress()
    io.stderr.write(`${text}\n`)
  }
  return {
    isJson,
    line: (text = '') => {
      if (!isJson) out(text)
    },
    result: (value, text) => out(isJson ? toJson(value, 2) : text()),
    item: (value, text) => out(isJson ? toJson(value) : text()),
    progress: (text) => {
      if (!showsProgress) return
      const shown = text.slice(0, (io.stderr.columns ?? 80) - 1)
      io.stderr.write(`\r${shown.padEnd(shownWidth)}`)
      shownWidth = shown.length
    },
    notice: (text) => err(isJson ? toJson({ notice: text }) : `note: ${text}`),
    error: (error) => {
      if (isJson) return err(toJson({ error }))
      err(`error: ${error.message}`)
      if (error.hint !== undefined) err(`hint: ${error.hint}`)
    },
  }
}

/** JSON with big integers as text and bytes left out: what a shell script can read everywhere. */
export function toJson(value: unknown, indent?: number): string {
  return JSON.stringify(
    value,
    (_key, item: unknown) => {
      if (typeof item === 'bigint') return item.toString()
      if (item instanceof Uint8Array) return { bytes: item.byteLength }
      return item
    },
    indent,
  )
}

/** A log entry as a line for a terminal: time, level, sentence, facts. */
export function formatLogEntry(entry: LogEntry): string {
  const facts = Object.entries(entry.fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${typeof value === 'string' && /[\s"]/.test(value) ? JSON.stringify(value) : value}`)
  return [new Date(entry.atMs).toISOString(), entry.level.padEnd(5), entry.message, ...facts].join(' ')
}
