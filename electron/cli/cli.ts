import type { Command } from 'commander'
import { errorToData, FieldgateError } from '../../shared/domain/errors.ts'
import type { EngineConfig, NodeConfig } from '../../shared/domain/settings.ts'
import type { LoadedConfig } from '../core/config/loadConfig.ts'
import type { Engine } from '../core/engine.ts'
import { systemClock } from '../core/support/clock.ts'
import { createLog } from '../core/support/log.ts'
import type { Log } from '../core/support/log.ts'
import { exitCodeOf } from './exitCodes.ts'
import type { ExitCode } from './exitCodes.ts'
import type { CliIo } from './io.ts'
import { createOutput, formatLogEntry } from './output.ts'
import type { Output } from './output.ts'

/** Options every command understands, before or after its name. */
export interface CommonOptions {
  readonly config?: string
  readonly workspace?: string
  readonly sqlite?: string
  readonly table?: string
  readonly timestampCol?: string
  readonly json?: boolean
  readonly debug?: boolean
}

/** What a command works with. Configuration and engine are made when it first asks for them. */
export interface CommandContext {
  readonly io: CliIo
  readonly out: Output
  readonly log: Log
  /** Aborts at the first SIGINT or SIGTERM: finish what is in flight, then return. */
  readonly signal: AbortSignal
  readonly options: CommonOptions
  /** Settings by flag, by dotted path; read before the configuration is first asked for. */
  readonly setFlag: (path: string, value: string | number | boolean | readonly string[] | undefined) => void
  /** Throws `notFound` with the way to begin when nothing is configured. */
  readonly configuration: () => Promise<LoadedConfig>
  /** The engine of the workspace; stopped by itself when the command ends. */
  readonly engine: () => Promise<Engine>
  /** The nodes named, by id or by SQLite path, or all; at least one. Throws `notFound` naming the known ones. */
  readonly nodes: (names?: readonly string[]) => Promise<readonly [NodeConfig, ...NodeConfig[]]>
}

/** What a registration function gets besides the program. */
export interface Cli {
  readonly io: CliIo
  /**
   * Runs the work of a command: options in, exit code out. Errors become `error:` and `hint:` lines and an exit code; the
   * first signal aborts `context.signal`, the second ends the process.
   */
  run(command: Command, work: (context: CommandContext) => Promise<ExitCode>): Promise<void>
}

/** The frame every command runs in. `onExit` hears the exit code of the work and of the closing, in this order. */
export function createCli(io: CliIo, onExit: (code: ExitCode) => void): Cli {
  return {
    io,
    run: async (command, work) => {
      const options = command.optsWithGlobals<CommonOptions>()
      const out = createOutput(io, options.json === true)
      const stopping = new AbortController()
      const forget = io.onSignal((signal) => {
        if (stopping.signal.aborted) io.exit(signal === 'SIGINT' ? 130 : 143)
        stopping.abort()
      })
      const parts = createParts(io, out, options, stopping.signal)
      let told: string | undefined
      try {
        onExit(await work(parts.context))
      } catch (error) {
        told = errorToData(error).message
        onExit(report(out, options, error))
      }
      try {
        await parts.close()
      } catch (error) {
        // What stopped the work often stops the closing too; once is enough.
        if (errorToData(error).message !== told) onExit(report(out, options, error))
      } finally {
        forget()
      }
    },
  }
}

function report(out: Output, options: CommonOptions, error: unknown): ExitCode {
  const data = errorToData(error)
  out.error(data)
  if (options.debug === true && error instanceof Error) out.notice(error.stack ?? error.message)
  return exitCodeOf(data.code)
}

function createParts(
  io: CliIo,
  out: Output,
  options: CommonOptions,
  signal: AbortSignal,
): { readonly context: CommandContext; readonly close: () => Promise<void> } {
  const flags = new Map<string, string | number | boolean | readonly string[]>()
  const log = createLog(systemClock, (entry) => {
    if (entry.level === 'debug' && options.debug !== true) return
    if (entry.level === 'info' && options.debug !== true) return
    io.stderr.write(`${formatLogEntry(entry)}\n`)
  })
  let loaded: Promise<LoadedConfig> | undefined
  let engine: Promise<Engine> | undefined
  const context: CommandContext = {
    io,
    out,
    log,
    signal,
    options,
    setFlag: (path, value) => {
      if (value !== undefined) flags.set(path, value)
    },
    configuration: () => (loaded ??= load(io, out, options, flags)),
    engine: () => (engine ??= open(context)),
    nodes: async (names) => {
      const { config } = await context.configuration()
      const chosen =
        names === undefined || names.length === 0 ? config.nodes : names.map((name) => findNode(config, name))
      const [first, ...others] = chosen
      if (first === undefined) throw noNodes(config)
      return [first, ...others]
    },
  }
  // An engine that could not be made was reported by the command that asked for it.
  const close = async (): Promise<void> => (await engine?.catch(() => undefined))?.stop()
  return { context, close }
}

async function load(
  io: CliIo,
  out: Output,
  options: CommonOptions,
  flags: ReadonlyMap<string, string | number | boolean | readonly string[]>,
): Promise<LoadedConfig> {
  const { loadConfig } = await import('../core/config/loadConfig.ts')
  const loaded = loadConfig({
    ...(options.config === undefined ? {} : { file: options.config }),
    ...(options.workspace === undefined ? {} : { workspace: options.workspace }),
    env: io.env,
    flags: { ...Object.fromEntries(flags), ...commonFlags(options) },
    cwd: io.cwd,
  })
  for (const notice of loaded.notices) out.notice(notice)
  return loaded
}

/** Settings that every command takes as options. */
export function commonFlags(options: CommonOptions): Readonly<Record<string, string>> {
  return {
    ...(options.sqlite === undefined ? {} : { sqlite: options.sqlite }),
    ...(options.table === undefined ? {} : { sqlite_table: options.table }),
    ...(options.timestampCol === undefined ? {} : { timestamp_col: options.timestampCol }),
  }
}

/** The engine is imported here and not before: it loads better-sqlite3, which crashes on a Node that `index.ts` refuses. */
async function open(context: CommandContext): Promise<Engine> {
  const { config } = await context.configuration()
  const { createEngine } = await import('../core/engine.ts')
  const { processPorts } = await import('./ports.ts')
  return createEngine(config, processPorts(context.log))
}

function noNodes(config: EngineConfig): FieldgateError {
  return new FieldgateError('notFound', `No node is configured in ${config.file ?? config.workspace}.`, {
    hint: 'Set "sqlite: PATH" or a "nodes:" list there, or pass --sqlite PATH.',
  })
}

function findNode(config: EngineConfig, name: string): NodeConfig {
  const { nodes } = config
  const node = nodes.find((candidate) => candidate.id === name || candidate.sqlite === name)
  if (node !== undefined) return node
  if (nodes.length === 0) throw noNodes(config)
  throw new FieldgateError('notFound', `There is no node "${name}" in this workspace.`, {
    hint: `Known: ${nodes
      .slice(0, 10)
      .map((candidate) => candidate.id)
      .join(', ')}.`,
  })
}

/** A count given on the command line. Throws `invalid` naming the option. */
export function parseCount(option: string): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (Number.isInteger(value) && value > 0) return value
    throw new FieldgateError('invalid', `${option} takes a whole number above 0, not "${text}".`)
  }
}
