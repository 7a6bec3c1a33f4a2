import type { Clock } from './clock.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>

/** One line of the log: a constant sentence, facts as fields. Credentials never become a field. */
export interface LogEntry {
  readonly atMs: number
  readonly level: LogLevel
  readonly message: string
  readonly fields: LogFields
}

export interface Log {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
  /** A log whose lines all carry these fields. */
  child(fields: LogFields): Log
}

const SECRET_FIELD = /secret|password|token|authorization|credential|access.?key/i

function withoutSecrets(fields: LogFields): LogFields {
  const safe: Record<string, string | number | boolean | undefined> = {}
  for (const [key, value] of Object.entries(fields)) safe[key] = SECRET_FIELD.test(key) ? '[hidden]' : value
  return safe
}

/** A log that hands each entry to `sink`; a field whose name smells of a secret is hidden before. */
export function createLog(clock: Clock, sink: (entry: LogEntry) => void, fields: LogFields = {}): Log {
  const write = (level: LogLevel, message: string, own: LogFields = {}): void =>
    sink({ atMs: clock.now(), level, message, fields: withoutSecrets({ ...fields, ...own }) })
  return {
    debug: (message, own) => write('debug', message, own),
    info: (message, own) => write('info', message, own),
    warn: (message, own) => write('warn', message, own),
    error: (message, own) => write('error', message, own),
    child: (own) => createLog(clock, sink, { ...fields, ...own }),
  }
}

export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLog,
}
