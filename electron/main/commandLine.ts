import { app } from 'electron'
import { COMMAND_MARK } from './arguments.ts'

/** Runs the command in this process and ends it with the command's exit code. */
export async function runAsCommand(args: readonly string[]): Promise<void> {
  const executable = process.argv[0] ?? 'fieldgate'
  process.argv = [executable, COMMAND_MARK, ...args]
  await import('../cli/index.ts')
  app.exit(Number(process.exitCode ?? 0))
}
