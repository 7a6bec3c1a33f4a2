import type { ErrorCode } from '../../shared/domain/errors.ts'

/** The exit codes of every command. They are a promise to scripts: adding one is a breaking change. */
export const EXIT = {
  /** Everything that was asked for is done. */
  done: 0,
  /** It ran and found something wrong, or part of it failed. */
  finding: 1,
  /** The command line or the configuration cannot be understood; nothing was done. */
  usage: 2,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** The exit code of a failure: `invalid` input is a usage error, everything else a failure. */
export function exitCodeOf(code: ErrorCode): ExitCode {
  return code === 'invalid' ? EXIT.usage : EXIT.finding
}
