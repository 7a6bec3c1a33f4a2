import { userInfo } from 'node:os'
import type { Command } from 'commander'
import { ACCESS_ROLES } from '../../../shared/domain/buckets.ts'
import type { AccessRole } from '../../../shared/domain/buckets.ts'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import type { AccessStep } from '../../../shared/domain/settingsForm.ts'
import type { Cli, CommandContext } from '../cli.ts'
import { EXIT } from '../exitCodes.ts'
import type { ExitCode } from '../exitCodes.ts'
import { plural } from '../table.ts'

/** `fieldgate access`: try out, write down and grant the rights to the buckets. */
export function registerAccess(program: Command, cli: Cli): void {
  const access = program
    .command('access')
    .description('Test access to the buckets, print least-privilege policies, grant them.')
  registerTest(access, cli)
  registerPolicy(access, cli)
  registerGrant(access, cli)
}

function registerTest(access: Command, cli: Cli): void {
  access
    .command('test')
    .description('Walk from the credentials to each bucket: list, put, look up, read back, delete.')
    .addHelpText(
      'after',
      '\nUses an object of its own. Exits 1 when a step fails; each failure names the missing action.\n',
    )
    .action((_options: unknown, command: Command) =>
      cli.run(command, async (context) => {
        const engine = await context.engine()
        const steps = await engine.call('access.test', {}, { signal: context.signal })
        const failed = steps.filter((step) => step.state === 'failed').length
        context.out.result({ steps, failed }, () => describeSteps(steps, failed))
        return failed === 0 ? EXIT.done : EXIT.finding
      }),
    )
}

const MARKS: Readonly<Record<AccessStep['state'], string>> = {
  passed: 'ok',
  failed: 'FAILED',
  notRun: '-',
  running: '…',
}

function describeSteps(steps: readonly AccessStep[], failed: number): string {
  const lines = steps.flatMap((step) => [
    `${MARKS[step.state].padEnd(6)}  ${step.title}`,
    ...(step.state === 'failed' ? [`        ${step.detail}`] : []),
    ...(step.hint === undefined ? [] : [`        hint: ${step.hint}`]),
  ])
  return [...lines, failed === 0 ? 'Everything that uploading needs works.' : `${plural(failed, 'step')} failed.`].join(
    '\n',
  )
}

function registerPolicy(access: Command, cli: Cli): void {
  access
    .command('policy [role]')
    .description(`Print the least policy of a role: ${ACCESS_ROLES.join(', ')}.`)
    .option('--kms <arn...>', 'KMS keys the buckets are encrypted with')
    .addHelpText('after', '\n  fieldgate access policy uploader > policy.json\n')
    .action((role: string | undefined, options: { readonly kms?: readonly string[] }, command: Command) =>
      cli.run(command, async (context) => {
        const engine = await context.engine()
        const input = { role: parseRole(role ?? 'uploader'), ...keysOf(options) }
        const { text } = await engine.call('access.policy', input)
        context.out.result(JSON.parse(text), () => text)
        return EXIT.done
      }),
    )
}

interface GrantOptions {
  readonly user?: string
  readonly role?: string
  readonly as: string
  readonly kms?: readonly string[]
  readonly apply?: boolean
}

function registerGrant(access: Command, cli: Cli): void {
  access
    .command('grant')
    .description('Give an IAM user or role the least policy; prints it unless --apply is given.')
    .option('--user <name>', 'IAM user')
    .option('--role <name>', 'IAM role')
    .option('--as <role>', ACCESS_ROLES.join(', '), 'uploader')
    .option('--kms <arn...>', 'KMS keys the buckets are encrypted with')
    .option('--apply', 'put it as an inline policy through IAM, and read it back')
    .addHelpText('after', '\nThe user or role has to exist. Running it twice changes nothing.\n')
    .action((options: GrantOptions, command: Command) => cli.run(command, (context) => grant(context, options)))
}

async function grant(context: CommandContext, options: GrantOptions): Promise<ExitCode> {
  const name = options.user ?? options.role
  if (name === undefined || (options.user !== undefined && options.role !== undefined)) {
    throw new FieldgateError('invalid', 'Whom to grant access is not said.', {
      hint: 'Give either --user NAME or --role NAME.',
    })
  }
  const kind = options.user === undefined ? 'role' : 'user'
  const role = parseRole(options.as)
  const engine = await context.engine()
  if (options.apply !== true) {
    const { text } = await engine.call('access.policy', { role, ...keysOf(options) })
    context.out.result({ applied: false, policy: JSON.parse(text) as unknown }, () =>
      [
        text,
        `Nothing was changed. With --apply this becomes the inline policy fieldgate-${role} of ${kind} ${name}.`,
      ].join('\n'),
    )
    return EXIT.done
  }
  const granted = await engine.call('access.grant', { role, kind, name, by: userInfo().username, ...keysOf(options) })
  const { outcome, policyName, text } = granted
  context.out.result({ applied: true, outcome, policyName, policy: JSON.parse(text) as unknown }, () =>
    outcome === 'kept'
      ? `${policyName} of ${kind} ${name} is as it should be.`
      : `${policyName} of ${kind} ${name} ${outcome}.`,
  )
  return EXIT.done
}

function keysOf(options: { readonly kms?: readonly string[] }): { readonly kmsKeyArns?: string[] } {
  return options.kms === undefined ? {} : { kmsKeyArns: [...options.kms] }
}

function parseRole(text: string): AccessRole {
  const role = ACCESS_ROLES.find((known) => known === text)
  if (role !== undefined) return role
  throw new FieldgateError('invalid', `"${text}" is no role.`, { hint: `Known: ${ACCESS_ROLES.join(', ')}.` })
}
