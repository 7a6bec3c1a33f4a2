import type { CliIo } from '../../electron/cli/io.ts'
import { runCommandLine } from '../../electron/cli/program.ts'

export interface CommandRun {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs a command line in this process, in a folder, with nothing of the real environment. */
export async function runCommand(
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): Promise<CommandRun> {
  let out = ''
  let err = ''
  const io: CliIo = {
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
    env: options.env ?? {},
    cwd: options.cwd,
    onSignal: () => () => undefined,
    exit: () => undefined,
  }
  const code = await runCommandLine(args, io)
  return { code, out, err }
}
