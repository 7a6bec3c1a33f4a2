import type { Command } from 'commander'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import type { StoreEndpoint } from '../../../shared/ipc/contract.ts'
import type { Cli, CommandContext } from '../cli.ts'
import { EXIT } from '../exitCodes.ts'
import type { ExitCode } from '../exitCodes.ts'

interface StoreOptions {
  readonly listen?: boolean
  readonly port: string
}

/** `fieldgate store`: where objects go, and the door of the embedded store. */
export function registerStore(program: Command, cli: Cli): void {
  program
    .command('store')
    .description('Say where objects go; with --listen, serve the embedded store to other programs of this computer.')
    .option('--listen', 'open the embedded store on 127.0.0.1 until stopped')
    .option('--port <n>', 'port to listen on; 0 is any free one', '0')
    .addHelpText('after', HELP)
    .action((options: StoreOptions, command: Command) =>
      cli.run(command, (context) => (options.listen === true ? listen(context, options) : describe(context))),
    )
}

const HELP = `
With --listen, one line says address, region and a key pair made for this run; they are kept nowhere. The store speaks
S3 with signatures to this computer alone, and only while the command runs.

  fieldgate store --listen --json
  {"endpoint":"http://127.0.0.1:40123","region":"us-west-2","accessKeyId":"…","secretAccessKey":"…"}
`

async function describe({ out, ...context }: CommandContext): Promise<ExitCode> {
  const { config } = await context.configuration()
  const { store } = config
  const value =
    store.kind === 'embedded'
      ? { kind: store.kind, folder: store.folder, region: store.region, buckets: config.buckets.names }
      : {
          kind: store.kind,
          endpoint: store.endpoint,
          region: store.region,
          credentials: store.credentials.kind,
          buckets: config.buckets.names,
        }
  out.result(value, () =>
    [
      store.kind === 'embedded' ? `The embedded store in ${store.folder}.` : `S3 at ${store.endpoint ?? 'AWS'}.`,
      `Region ${store.region}.`,
      ...Object.entries(config.buckets.names).map(([type, bucket]) => `  ${type.padEnd(12)} ${bucket}`),
    ].join('\n'),
  )
  return EXIT.done
}

async function listen(context: CommandContext, options: StoreOptions): Promise<ExitCode> {
  const port = Number(options.port)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new FieldgateError('invalid', `--port takes a number from 0 to 65535, not "${options.port}".`)
  }
  const engine = await context.engine()
  const endpoint = await engine.call('store.listen', { port })
  context.out.item(endpoint, () => describeEndpoint(endpoint))
  await aborted(context.signal)
  await engine.call('store.close', {})
  return EXIT.done
}

function describeEndpoint({ endpoint: url, region, accessKeyId, secretAccessKey }: StoreEndpoint): string {
  return [
    `The embedded store listens on ${url} until this command is stopped.`,
    `export AWS_ENDPOINT_URL_S3=${url} AWS_REGION=${region} AWS_ACCESS_KEY_ID=${accessKeyId} AWS_SECRET_ACCESS_KEY=${secretAccessKey}`,
  ].join('\n')
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
