import { resolve } from 'node:path'
import { parseDeepLink } from './appUrl.ts'
import type { Place } from './appUrl.ts'

export interface StartArguments {
  /** The workspace asked for, absolute; null is the demo, undefined leaves it to what was open last. */
  readonly workspace: string | null | undefined
  readonly place: Place | undefined
}

/**
 * Reads a command line: `--workspace DIR`, `--demo` and deep links. Everything else is Chromium's or the system's and is
 * left alone. `cwd` resolves a relative folder.
 */
export function readArguments(argv: readonly string[], cwd: string): StartArguments {
  let workspace: string | null | undefined
  let place: Place | undefined
  for (const [at, argument] of argv.entries()) {
    if (argument === '--demo') workspace = null
    else if (argument.startsWith('--workspace=')) workspace = resolve(cwd, argument.slice('--workspace='.length))
    else if (argument === '--workspace') {
      const folder = argv[at + 1]
      if (folder !== undefined) workspace = resolve(cwd, folder)
    } else place ??= parseDeepLink(argument)
  }
  return { workspace, place }
}
