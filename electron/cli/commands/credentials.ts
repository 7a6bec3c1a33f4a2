import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { errorToData, FieldgateError } from '../../../shared/domain/errors.ts'
import {
  findLooseFiles,
  ignoreSecrets,
  maskKey,
  unignoredSecrets,
  writeDotEnv,
} from '../../core/config/credentialFiles.ts'
import { textOf } from '../../core/config/layers.ts'
import { inspectConfig } from '../../core/config/loadConfig.ts'
import type { LoadedConfig } from '../../core/config/loadConfig.ts'
import type { Cli, CommandContext } from '../cli.ts'
import { EXIT } from '../exitCodes.ts'
import type { ExitCode } from '../exitCodes.ts'
import { formatTime } from '../table.ts'

interface SetupOptions {
  readonly from?: string
  readonly profile?: string
  readonly instanceRole?: boolean
}

/** `fieldgate credentials`: put them where they belong, and check them. A secret is never printed. */
export function registerCredentials(program: Command, cli: Cli): void {
  const credentials = program
    .command('credentials')
    .description('Set up and check the credentials of the store. Never prints a secret.')
  credentials
    .command('setup')
    .description('Write .env, readable by its owner only and ignored by git, from credentials/ or the environment.')
    .option('--from <dir>', 'folder with *-s3-env.sh and *-databricks-s3.yaml', 'credentials')
    .option('--profile <name>', 'use this AWS profile: keys, single sign-on, a process, a web identity or a role')
    .option('--instance-role', 'use the role of this machine')
    .addHelpText('after', HELP)
    .action((options: SetupOptions, command: Command) => cli.run(command, (context) => setup(context, options)))
  credentials
    .command('check')
    .description('Say where the credentials come from, who may read them, and whether the store accepts them.')
    .addHelpText('after', '\nExits 1 when something is wrong.\n')
    .action((_options: unknown, command: Command) => cli.run(command, check))
}

const HELP = `
Without --profile and --instance-role, keys are taken from the environment, else from the folder. A web identity or a
container role in the environment (AWS_WEB_IDENTITY_TOKEN_FILE, AWS_CONTAINER_CREDENTIALS_…) needs no setup.
`

/** The configuration as far as it goes: credentials may be set up before anything else is. */
function inspect(context: CommandContext, from?: string): LoadedConfig {
  const { options, io } = context
  const folder = from === undefined ? {} : { AWS_CREDENTIALS_DIR: resolve(io.cwd, from) }
  return inspectConfig({
    ...(options.config === undefined ? {} : { file: options.config }),
    ...(options.workspace === undefined ? {} : { workspace: options.workspace }),
    env: { ...folder, ...io.env },
    cwd: io.cwd,
  })
}

async function setup(context: CommandContext, options: SetupOptions): Promise<ExitCode> {
  const loaded = inspect(context, options.from)
  const { workspace } = loaded.config
  const variables = chooseVariables(loaded, options)
  const path = writeDotEnv(workspace, variables)
  const isIgnored = ignoreSecrets(workspace)
  const names = [...variables.keys()]
  const key = variables.get('AWS_ACCESS_KEY_ID')
  context.out.result(
    { file: path, variables: names, accessKey: key === undefined ? undefined : maskKey(key), gitignored: true },
    () =>
      [
        `Wrote ${names.join(', ')} to ${path}, readable by its owner only.`,
        ...(key === undefined ? [] : [`Access key ${maskKey(key)}.`]),
        ...(isIgnored ? ['Added .env and credentials/ to .gitignore.'] : []),
        'Try them: fieldgate credentials check.',
      ].join('\n'),
  )
  return EXIT.done
}

function chooseVariables(loaded: LoadedConfig, options: SetupOptions): ReadonlyMap<string, string> {
  if (options.profile !== undefined && options.instanceRole === true) {
    throw new FieldgateError('invalid', '--profile and --instance-role exclude each other.', { hint: 'Choose one.' })
  }
  const value = (path: string): string | undefined => {
    const entry = loaded.values.get(path)
    return entry === undefined || entry.origin === 'default' ? undefined : String(entry.value)
  }
  const variables = new Map<string, string>()
  const set = (name: string, text: string | undefined): void => {
    if (text !== undefined) variables.set(name, text)
  }
  if (options.profile !== undefined) set('AWS_PROFILE', options.profile)
  else if (options.instanceRole === true) set('FIELDGATE_CREDENTIALS', 'instance')
  else {
    const [key, secret] = [value('store.access_key_id'), value('store.secret_access_key')]
    if (key === undefined || secret === undefined) {
      throw new FieldgateError(
        'notFound',
        `No access key with its secret was found in ${options.from ?? 'credentials'}/ or the environment.`,
        {
          hint: 'Put the keys into credentials/NAME-s3-env.sh, or give --profile NAME or --instance-role.',
        },
      )
    }
    set('AWS_ACCESS_KEY_ID', key)
    set('AWS_SECRET_ACCESS_KEY', secret)
    set('AWS_SESSION_TOKEN', value('store.session_token'))
  }
  set('S3_PREFIX', value('buckets.prefix'))
  set('S3_REGION', value('buckets.region') ?? value('store.region'))
  for (const [path, entry] of loaded.values) {
    const type = /^buckets\.names\.(.+)$/.exec(path)?.[1]
    // Names in the configuration file stay there: .env is stronger and would freeze them.
    const isOwn = entry.file !== undefined && loaded.config.file?.endsWith(entry.file) === true
    if (type !== undefined && !isOwn) set(`S3_BUCKET_${type.toUpperCase().replaceAll('-', '_')}`, textOf(entry))
  }
  return variables
}

async function check(context: CommandContext): Promise<ExitCode> {
  const loaded = inspect(context)
  const { config } = loaded
  const problems: string[] = []
  const folder = loaded.values.get('credentials_dir')
  const loose = findLooseFiles({
    workspace: config.workspace,
    credentialsFolder: resolve(folder?.base ?? config.workspace, textOf(folder) ?? 'credentials'),
    home: context.io.env['HOME'],
  })
  for (const file of loose)
    problems.push(`${file.path} can be read by others (${file.mode}). Run chmod 600 ${file.path}.`)
  for (const name of unignoredSecrets(config.workspace)) {
    problems.push(`git would take up ${name}. Add it to ${join(config.workspace, '.gitignore')}.`)
  }
  const source = describeSource(loaded)
  const accepted = await tryThem(context, problems)
  const report = {
    source,
    accepted: accepted !== undefined,
    identity: accepted?.identity,
    detail: accepted?.detail,
    problems,
  }
  context.out.result(report, () =>
    [
      `Source: ${source}.`,
      ...(accepted === undefined ? [] : [`Accepted: ${accepted.detail}`]),
      ...(accepted?.identity?.expiresAtMs === undefined
        ? []
        : [`They expire at ${formatTime(accepted.identity.expiresAtMs)}.`]),
      ...problems.map((problem) => `problem: ${problem}`),
      ...(problems.length === 0 ? ['Nothing is wrong.'] : []),
    ].join('\n'),
  )
  return problems.length === 0 ? EXIT.done : EXIT.finding
}

async function tryThem(context: CommandContext, problems: string[]) {
  try {
    const engine = await context.engine()
    return await engine.call('access.whoami', {}, { signal: context.signal })
  } catch (error) {
    const { message, hint } = errorToData(error)
    problems.push(hint === undefined ? message : `${message} ${hint}`)
    return undefined
  }
}

function describeSource({ config, values }: LoadedConfig): string {
  if (config.store.kind === 'embedded') return 'none needed, objects stay in the embedded store'
  const { credentials } = config.store
  switch (credentials.kind) {
    case 'static':
      return `access key ${maskKey(credentials.accessKeyId)} from ${values.get('store.access_key_id')?.source ?? 'the configuration'}`
    case 'profile':
      return `AWS profile ${credentials.profile} from ${values.get('store.profile')?.source ?? 'the configuration'}`
    case 'instance':
      return 'the role of this machine'
    case 'chain':
      return 'the AWS chain: environment, default profile, web identity, container'
  }
}
