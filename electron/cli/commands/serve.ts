import { tmpdir } from 'node:os'
import type { Command } from 'commander'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import type { EngineConfig } from '../../../shared/domain/settings.ts'
import { commonFlags } from '../cli.ts'
import type { Cli, CommandContext } from '../cli.ts'
import { EXIT } from '../exitCodes.ts'
import type { ExitCode } from '../exitCodes.ts'
import { readVersion } from '../version.ts'

interface ServeOptions {
  readonly port: number
  readonly demo?: boolean
  readonly open?: boolean
  readonly hostCheck?: boolean
  readonly allowHost: readonly string[]
}

/** `fieldgate serve`: the window over loopback HTTP, for boxes without a display. */
export function registerServe(program: Command, cli: Cli): void {
  program
    .command('serve')
    .description('Serve the window to a browser on this machine, and run the engine behind it.')
    .option('--port <port>', 'port on 127.0.0.1; 0 takes any free one', parsePort, 0)
    .option('--demo', 'a fresh demo workspace: 48 simulated nodes, offline')
    .option('--open', 'open the address in a browser')
    .option('--host-check', 'start, ask for the page, the health and one call, then stop; exits 1 when one fails')
    .option(
      '--allow-host <host:port>',
      'also answer under this name, such as the local end of an SSH tunnel; repeatable',
      (value: string, before: readonly string[]) => [...before, parseAllowedHost(value)],
      [] as readonly string[],
    )
    .addHelpText('after', HELP)
    .action((options: ServeOptions, command: Command) => cli.run(command, (context) => serve(context, cli, options)))
}

const HELP = `
Prints one line with the address; with --json {"url","port","pid","workspace"}. The address holds a token made for this
start: whoever has it can do what the window can. Listens on 127.0.0.1 only. For another machine use an SSH tunnel:
  ssh -L 4177:127.0.0.1:4177 box fieldgate serve --port 4177
SIGTERM or Ctrl-C lets uploads finish for up to 10 s; a second one ends at once.
GET /api/health answers 200 while the engine runs, without the token.
`

async function serve(context: CommandContext, cli: Cli, options: ServeOptions): Promise<ExitCode> {
  const { serveWorkspace, checkServed, throwTrouble, untilAborted, DRAIN_MS } = await import('../serve/runServe.ts')
  const workspace = await openWorkspace(context, cli, options)
  const served = await serveWorkspace({
    isEager: options.demo === true,
    loadConfig: workspace.loadConfig,
    folder: workspace.folder,
    port: options.port,
    allowedHosts: options.allowHost,
    notices: workspace.notices,
    version: readVersion(),
    platform: process.platform,
    log: context.log,
  })
  let forgetPage: (() => Promise<void>) | undefined
  try {
    if (options.hostCheck === true) {
      await checkServed(served)
      context.out.result({ ok: true, origin: served.web.origin }, () => `The window is served and answers.`)
      return EXIT.done
    }
    const { url, port } = served.web
    context.out.item({ url, port, pid: process.pid, workspace: workspace.folder }, () => `Fieldgate is open at ${url}`)
    if (options.open === true) {
      const { openBrowser } = await import('../serve/openBrowser.ts')
      forgetPage = await openBrowser(url, process.platform)
    }
    throwTrouble(await served.session)
    await untilAborted(context.signal)
    context.out.line('Stopping; a second signal ends at once.')
    return EXIT.done
  } finally {
    await forgetPage?.()
    const drained = await served.close()
    if (!drained) context.out.notice(`The engine was ended after ${DRAIN_MS / 1000} s; it resumes at its next start.`)
    await workspace.dispose()
  }
}

interface OpenedWorkspace {
  readonly folder: string
  readonly loadConfig: () => EngineConfig | Promise<EngineConfig>
  readonly notices: readonly string[]
  readonly dispose: () => Promise<void>
}

async function openWorkspace(context: CommandContext, cli: Cli, options: ServeOptions): Promise<OpenedWorkspace> {
  if (options.demo === true) {
    const { openDemoWorkspace } = await import('../../worker/demoWorkspace.ts')
    return openDemoWorkspace(tmpdir())
  }
  const first = await context.configuration()
  const { loadConfig } = await import('../../core/config/loadConfig.ts')
  const { file } = first.config
  const again = (): EngineConfig =>
    loadConfig({
      ...(file === undefined ? { workspace: first.config.workspace } : { file }),
      env: cli.io.env,
      flags: commonFlags(context.options),
      cwd: cli.io.cwd,
    }).config
  let isFirst = true
  const loadFirstOrAgain = (): EngineConfig => {
    if (!isFirst) return again()
    isFirst = false
    return first.config
  }
  return {
    folder: first.config.workspace,
    loadConfig: loadFirstOrAgain,
    notices: first.notices,
    dispose: async () => undefined,
  }
}

function parsePort(text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port
  throw new FieldgateError('invalid', `--port takes a number from 0 to 65535, not "${text}".`)
}

function parseAllowedHost(text: string): string {
  if (/^[a-z0-9.-]+:\d{1,5}$/i.test(text)) return text.toLowerCase()
  throw new FieldgateError('invalid', `--allow-host takes HOST:PORT, not "${text}".`)
}
