import type { Command } from 'commander'
import { join } from 'node:path'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import type { SettingsChanges } from '../../../shared/domain/settingsForm.ts'
import type { ConfigProblem } from '../../core/config/problems.ts'
import type { DescribedField } from '../../core/config/fields.ts'
import { commonFlags } from '../cli.ts'
import type { Cli, CommandContext } from '../cli.ts'
import { EXIT } from '../exitCodes.ts'
import type { ExitCode } from '../exitCodes.ts'
import { formatTable, plural } from '../table.ts'

/** `fieldgate config`: what holds, where it came from, what is wrong, and changing it. */
export function registerConfig(program: Command, cli: Cli): void {
  const config = program
    .command('config')
    .description(
      'Show, check or change the configuration: defaults < credentials/ < file < .env < environment < flags.',
    )
  config
    .command('show')
    .description('Print every setting with the value that holds. Secrets are never printed.')
    .option('--origin', 'also print where each value came from: file and line, variable or flag')
    .action((options: { readonly origin?: boolean }, command: Command) =>
      cli.run(command, (context) => show(context, options.origin === true)),
    )
  config
    .command('check')
    .description('Check the configuration and list everything wrong with it. Exits 1 when something is.')
    .action((_options: unknown, command: Command) => cli.run(command, check))
  config
    .command('set')
    .description('Change one setting in the configuration file; comments and order stay.')
    .argument('<path>', 'dotted path, such as upload.interval_seconds')
    .argument('<value>', 'the value; "null" removes the setting')
    .addHelpText(
      'after',
      '\nMakes fieldgate.yaml in the workspace when there is no file yet. Exits 2 when the value does not fit.\n',
    )
    .action((path: string, value: string, _options: unknown, command: Command) =>
      cli.run(command, (context) => set(context, path, value)),
    )
}

async function show(context: CommandContext, withOrigin: boolean): Promise<ExitCode> {
  const { settingFields } = await import('../../core/config/fields.ts')
  const loaded = await context.configuration()
  const { config } = loaded
  const fields = settingFields(loaded)
  context.out.result(
    { workspace: config.workspace, file: config.file ?? null, stateDir: config.stateDir, nodes: config.nodes, fields },
    () => {
      const nodes = config.nodes.map((node) => `  ${node.id}  ${node.sqlite}`)
      return [
        `workspace: ${config.workspace}`,
        `file: ${config.file ?? '(none)'}`,
        `nodes: ${config.nodes.length}`,
        ...nodes,
        '',
        describeFields(fields, withOrigin),
      ].join('\n')
    },
  )
  return EXIT.done
}

function describeFields(fields: readonly DescribedField[], withOrigin: boolean): string {
  const isSet = fields.filter((field) => field.value !== null)
  return formatTable<DescribedField>(
    [
      { title: 'SETTING', value: (field) => field.path },
      { title: 'VALUE', value: (field) => (Array.isArray(field.value) ? field.value.join(', ') : String(field.value)) },
      ...(withOrigin
        ? [
            { title: 'ORIGIN', value: (field: DescribedField) => field.origin },
            { title: 'SOURCE', value: (field: DescribedField) => field.source },
          ]
        : []),
    ],
    isSet,
  )
}

async function check(context: CommandContext): Promise<ExitCode> {
  const { inspectConfig } = await import('../../core/config/loadConfig.ts')
  const inspected = inspectConfig(sourcesOf(context))
  const { config, problems, notices } = inspected
  context.out.result({ file: config.file ?? null, problems, notices, nodes: config.nodes.length }, () =>
    [
      ...problems.map((problem) => describeOne(problem)),
      ...notices.map((notice) => `note: ${notice}`),
      problems.length === 0
        ? `${config.file ?? config.workspace}: in order, ${plural(config.nodes.length, 'node')}.`
        : `${plural(problems.length, 'problem')}.`,
    ].join('\n'),
  )
  return problems.length === 0 ? EXIT.done : EXIT.finding
}

function describeOne(problem: ConfigProblem): string {
  const place =
    problem.file === undefined ? '' : `${problem.file}${problem.line === undefined ? '' : `:${problem.line}`}: `
  return `${place}${problem.message}${problem.hint === undefined ? '' : `\n  ${problem.hint}`}`
}

async function set(context: CommandContext, path: string, value: string): Promise<ExitCode> {
  const { inspectConfig } = await import('../../core/config/loadConfig.ts')
  const { previewConfigChanges, updateConfigFile } = await import('../../core/config/editConfig.ts')
  const sources = sourcesOf(context)
  const { config } = inspectConfig(sources)
  const file = config.file ?? join(config.workspace, 'fieldgate.yaml')
  const changes: SettingsChanges = { [path]: parseValue(value) }
  const preview = previewConfigChanges(sources, config.file, changes)
  const [problem] = preview.problems
  if (problem !== undefined) throw new FieldgateError('invalid', problem.message, { hint: problem.hint })
  updateConfigFile(file, changes)
  context.out.result({ file, changedLines: preview.changedLines }, () => `${file}: ${path} is set.`)
  return EXIT.done
}

function sourcesOf({ io, options }: CommandContext) {
  return {
    ...(options.config === undefined ? {} : { file: options.config }),
    ...(options.workspace === undefined ? {} : { workspace: options.workspace }),
    flags: commonFlags(options),
    env: io.env,
    cwd: io.cwd,
  }
}

function parseValue(text: string): SettingsChanges[string] {
  if (text === 'null') return null
  if (text === 'true' || text === 'false') return text === 'true'
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text
}
