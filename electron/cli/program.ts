import { Command, CommanderError } from 'commander'
import { errorToData } from '../../shared/domain/errors.ts'
import { createCli } from './cli.ts'
import type { Cli } from './cli.ts'
import { COMMANDS } from './commands/index.ts'
import { EXIT, exitCodeOf } from './exitCodes.ts'
import type { ExitCode } from './exitCodes.ts'
import type { CliIo } from './io.ts'
import { createOutput } from './output.ts'
import { readVersion } from './version.ts'

/** Registers one command with its options and help. */
export type RegisterCommand = (program: Command, cli: Cli) => void

/** Runs one command line (without `node` and the script) and resolves to its exit code. Never throws. */
export async function runCommandLine(args: readonly string[], io: CliIo): Promise<ExitCode> {
  let code: ExitCode = EXIT.done
  const cli = createCli(io, (own) => {
    code = own === EXIT.done ? code : own
  })
  const program = createProgram(cli)
  try {
    await program.parseAsync([...args], { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage
    const data = errorToData(error)
    createOutput(io, args.includes('--json')).error(data)
    return exitCodeOf(data.code)
  }
  return code
}

/** The whole command with its subcommands; also what the README's list of commands is tested against. */
export function createProgram(cli: Cli): Command {
  const program = new Command('fieldgate')
    .description(
      'Carries every reading from SQLite files of sensor nodes to Parquet objects in S3 buckets, exactly once, and proves it.',
    )
    .version(readVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help for a command')
    .option('--config <file>', 'configuration file (fieldgate.yaml or databricks-uploader-config.yaml)')
    .option('--workspace <dir>', 'folder that holds the configuration file and the state')
    .option('--sqlite <path>', 'work on this one SQLite file as the only node')
    .option('--table <name>', 'its table of readings, when it has several')
    .option('--timestamp-col <name>', 'its time column, when it has several')
    .option('--json', 'print results as JSON')
    .option('--debug', 'print what happens to stderr')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => cli.io.stdout.write(text),
      writeErr: (text) => cli.io.stderr.write(text),
      outputError: (text, write) => write(text),
    })
    .showSuggestionAfterError(true)
    .addHelpText('after', AFTER_HELP)
  for (const register of COMMANDS) register(program, cli)
  return program
}

const AFTER_HELP = `
Exit codes:
  0  done
  1  a finding or a failure
  2  the command line or the configuration cannot be understood

Begin:
  fieldgate upload --once --sqlite path/to/sensor_data.db
  fieldgate reconcile --sqlite path/to/sensor_data.db
`
