import { userInfo } from 'node:os'
import type { Command } from 'commander'
import type { BucketChange, BucketPlan } from '../../../shared/domain/buckets.ts'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import type { Input } from '../../../shared/ipc/contract.ts'
import type { Cli, CommandContext } from '../cli.ts'
import { EXIT } from '../exitCodes.ts'
import type { ExitCode } from '../exitCodes.ts'
import { formatTable, plural } from '../table.ts'

interface WishOptions {
  readonly prefix?: string
  readonly region?: string
  readonly type?: readonly string[]
  readonly kms?: string | true
  readonly versioning: boolean
  readonly conditionalWrites: boolean
  readonly publicAccessBlock: boolean
  readonly expire?: boolean
  readonly markers?: boolean
  readonly tag: readonly string[]
}

/** `fieldgate buckets`: the buckets of the configuration, from plan to teardown. */
export function registerBuckets(program: Command, cli: Cli): void {
  const buckets = program
    .command('buckets')
    .description('Plan, make, show and take down the buckets of the configuration.')
  withWishes(buckets.command('plan').description('Say what create would do; change nothing.')).action(
    (options: WishOptions, command: Command) => cli.run(command, (context) => plan(context, options)),
  )
  withWishes(buckets.command('create').description('Make the buckets as planned, and read every setting back.')).action(
    (options: WishOptions, command: Command) => cli.run(command, (context) => create(context, options)),
  )
  withNames(buckets.command('show').description('Show the settings of the buckets as they are.')).action(
    (options: NameOptions, command: Command) => cli.run(command, (context) => show(context, options)),
  )
  withNames(buckets.command('teardown').description('Delete the empty buckets that Fieldgate made.'))
    .option('--confirm <prefix>', 'the bucket prefix, typed out')
    .addHelpText('after', '\nA bucket that holds data, or that Fieldgate did not make, stays; it is said why.\n')
    .action((options: NameOptions & { readonly confirm?: string }, command: Command) =>
      cli.run(command, (context) => teardown(context, options)),
    )
}

interface NameOptions {
  readonly prefix?: string
  readonly region?: string
}

function withNames(command: Command): Command {
  return command
    .option('--prefix <name>', 'bucket names are {prefix}-databricks-{type}-{region}; also S3_PREFIX')
    .option('--region <region>', 'region of the buckets; also S3_REGION')
}

function withWishes(command: Command): Command {
  return withNames(command)
    .option('--type <type...>', 'only the buckets of these pipeline types')
    .option('--kms [key]', 'encrypt with KMS, by this key or the one AWS manages, instead of SSE-S3')
    .option('--no-versioning', 'keep no old versions')
    .option('--no-conditional-writes', 'leave out the rule that refuses overwriting')
    .option('--no-public-access-block', 'for stores that refuse puts while it is set, such as Ceph up to Pacific')
    .option(
      '--expire',
      'delete objects after the days of their type: raw 365, schematized 730, aggregated 1095, emergency 2555',
    )
    .option('--markers', 'put an empty {type}/ object into each bucket')
    .option('--tag <key=value...>', 'more tags', [])
    .addHelpText('after', HELP)
}

const HELP = `
Each bucket gets: objects owned by the bucket's owner, no public access, encryption, versions, a policy that refuses plain
HTTP and overwriting, lifecycle rules (cheaper storage with age, unfinished uploads removed after 7 days) and tags.
What others set beside that stays. Needs the rights of: fieldgate access policy admin.
`

function applyNames(context: CommandContext, options: NameOptions): void {
  context.setFlag('buckets.prefix', options.prefix)
  context.setFlag('buckets.region', options.region)
  context.setFlag('store.region', options.region)
}

function wishesOf(options: WishOptions): Input<'buckets.plan'> {
  return {
    versioning: options.versioning,
    conditionalWrites: options.conditionalWrites,
    publicAccessBlock: options.publicAccessBlock,
    expire: options.expire === true,
    markers: options.markers === true,
    tags: Object.fromEntries(options.tag.map(parseTag)),
    ...(options.type === undefined ? {} : { types: [...options.type] }),
    ...(options.kms === undefined ? {} : { kmsKeyId: options.kms === true ? '' : options.kms }),
  }
}

function parseTag(text: string): readonly [string, string] {
  const match = /^([^=]+)=(.*)$/.exec(text)
  if (match === null) throw new FieldgateError('invalid', `"${text}" is no tag.`, { hint: 'Give it as key=value.' })
  return [match[1] as string, match[2] as string]
}

async function plan(context: CommandContext, options: WishOptions): Promise<ExitCode> {
  applyNames(context, options)
  const engine = await context.engine()
  const planned = await engine.call('buckets.plan', wishesOf(options), { signal: context.signal })
  context.out.result(planned, () => describePlan(planned))
  return planned.problems.length === 0 ? EXIT.done : EXIT.finding
}

function describePlan(planned: BucketPlan): string {
  const changes = planned.changes.filter((change) => change.action !== 'keep')
  const problems = planned.problems.map((problem) =>
    [`problem: ${problem.message}`, ...(problem.hint === undefined ? [] : [`  hint: ${problem.hint}`])].join('\n'),
  )
  const kept = planned.changes.length - changes.length
  if (changes.length === 0)
    return [...problems, `Nothing to do: ${plural(kept, 'setting')} as they should be.`].join('\n')
  return [
    describeChanges(changes),
    '',
    ...problems,
    `${plural(changes.length, 'change')}, ${plural(kept, 'setting')} kept. Nothing was changed.`,
  ].join('\n')
}

function describeChanges(changes: readonly BucketChange[]): string {
  return formatTable<BucketChange>(
    [
      { title: 'BUCKET', value: (change) => change.bucket },
      { title: 'SETTING', value: (change) => change.name },
      { title: 'DO', value: (change) => change.action },
      { title: 'FROM', value: (change) => change.from },
      { title: 'TO', value: (change) => change.note ?? change.to },
    ],
    changes,
  )
}

async function create(context: CommandContext, options: WishOptions): Promise<ExitCode> {
  applyNames(context, options)
  const engine = await context.engine()
  const outcome = await engine.call(
    'buckets.create',
    { ...wishesOf(options), by: userInfo().username },
    { signal: context.signal },
  )
  context.out.result(outcome, () => {
    const names = outcome.plan.buckets.map(({ bucket, type }) => `  ${type.padEnd(12)} ${bucket}`)
    const summary =
      outcome.applied === 0 ? 'Nothing to do.' : `${plural(outcome.applied, 'change')} made and read back.`
    if (outcome.differences.length === 0) return [...names, summary].join('\n')
    return [...names, 'These do not read back as they were set:', describeChanges(outcome.differences)].join('\n')
  })
  return outcome.differences.length === 0 ? EXIT.done : EXIT.finding
}

async function show(context: CommandContext, options: NameOptions): Promise<ExitCode> {
  applyNames(context, options)
  const engine = await context.engine()
  const buckets = await engine.call('buckets.show', {}, { signal: context.signal })
  context.out.result({ buckets }, () =>
    buckets
      .map((bucket) => {
        const title = `${bucket.bucket} (${bucket.type})`
        if (!bucket.exists) return `${title}: ${bucket.problem ?? 'does not exist.'}`
        const settings = formatTable(
          [
            { title: 'SETTING', value: (setting) => setting.name },
            { title: 'VALUE', value: (setting) => setting.value },
            { title: '', value: (setting) => setting.verdict },
            { title: 'EFFECT', value: (setting) => setting.effect },
          ],
          bucket.settings,
        )
        const notes = bucket.settings.flatMap((setting) =>
          setting.verdict === 'ok' || setting.detail === undefined ? [] : [`  ${setting.name}: ${setting.detail}`],
        )
        return [title, settings, ...notes].join('\n')
      })
      .join('\n\n'),
  )
  const isGood = buckets.every(
    (bucket) => bucket.exists && bucket.settings.every((setting) => setting.verdict !== 'warn'),
  )
  return isGood ? EXIT.done : EXIT.finding
}

async function teardown(
  context: CommandContext,
  options: NameOptions & { readonly confirm?: string },
): Promise<ExitCode> {
  applyNames(context, options)
  const engine = await context.engine()
  const input = { confirm: options.confirm ?? '', by: userInfo().username }
  const outcomes = await engine.call('buckets.teardown', input, { signal: context.signal })
  context.out.result({ buckets: outcomes }, () =>
    outcomes
      .map((one) => `${one.outcome.padEnd(8)} ${one.bucket}${one.reason === undefined ? '' : `  ${one.reason}`}`)
      .join('\n'),
  )
  return outcomes.some((one) => one.outcome === 'kept') ? EXIT.finding : EXIT.done
}
