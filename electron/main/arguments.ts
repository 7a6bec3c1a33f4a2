import { basename, dirname, resolve } from 'node:path'
import { parseDeepLink } from './appUrl.ts'
import type { Place } from './appUrl.ts'

export interface StartArguments {
  /** The workspace asked for, absolute; null is the demo, undefined leaves it to what was open last. */
  readonly workspace: string | null | undefined
  readonly place: Place | undefined
}

/**
 * Reads a command line: `--workspace DIR`, `--demo`, a workspace's file and deep links. Everything else is Chromium's or the system's and is
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
    } else if (isWorkspaceFile(argument)) workspace = dirname(resolve(cwd, argument))
    else place ??= parseDeepLink(argument)
  }
  return { workspace, place }
}

/** A file that the desktop hands over when it is double-clicked: it opens the workspace that it lies in. */
function isWorkspaceFile(argument: string): boolean {
  return !argument.startsWith('-') && (basename(argument) === 'fieldgate.yaml' || argument.endsWith('.fieldgate'))
}

/** Makes the app run as the `fieldgate` command. */
export const COMMAND_MARK = '--cli'

/**
 * What stands behind `--cli` on a command line of the app: then it runs as the `fieldgate` command, without a window. Undefined
 * starts the app. Only switches may come before it, so that no file of that name is taken for it.
 */
export function commandLineOf(argv: readonly string[]): readonly string[] | undefined {
  const at = argv.indexOf(COMMAND_MARK)
  const isMark = at >= 0 && argv.slice(0, at).every((argument) => argument.startsWith('-'))
  return isMark ? argv.slice(at + 1) : undefined
}
