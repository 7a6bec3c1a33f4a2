import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Command } from 'commander'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import type { GeneratedFile, IngestedComparison } from '../../../shared/domain/handoff.ts'
import type { Cli, CommandContext } from '../cli.ts'
import { EXIT } from '../exitCodes.ts'
import { formatTable } from '../table.ts'

interface DatabricksOptions {
  readonly out: string
  readonly accountId?: string
  readonly catalog?: string
  readonly role?: string
  readonly credential?: string
  readonly principal?: string
}

/** `fieldgate handoff`: files for Databricks, the check against it, and text to make edge machines from. */
export function registerHandoff(program: Command, cli: Cli): void {
  const handoff = program.command('handoff').description('Hand the delivered data to Databricks, and prove it arrived.')
  registerDatabricks(handoff, cli)
  registerCheck(handoff, cli)
  registerMachine(handoff, cli)
  registerInstances(handoff, cli)
}

function registerDatabricks(handoff: Command, cli: Cli): void {
  handoff
    .command('databricks')
    .description(
      'Write SQL, Auto Loader, pipelines, a bundle, REST bodies and the IAM role, from the own configuration.',
    )
    .requiredOption('--out <dir>', 'folder to write to; files of the same name are replaced')
    .requiredOption('--account-id <id>', 'AWS account that holds the role, 12 digits')
    .option('--catalog <name>', 'Unity Catalog catalog', 'edge_fleet')
    .option('--role <name>', 'IAM role that Databricks assumes')
    .option('--credential <name>', 'storage credential')
    .option('--principal <name>', 'who may read the landing prefixes')
    .addHelpText('after', '\nStart with README.md in the folder. Nothing is sent anywhere.\n')
    .action((options: DatabricksOptions, command: Command) =>
      cli.run(command, async (context) => {
        const engine = await context.engine()
        const files = await engine.call('handoff.databricks', {
          accountId: options.accountId,
          catalog: options.catalog,
          roleName: options.role,
          credentialName: options.credential,
          ingestPrincipal: options.principal,
        })
        return writeFiles(context, options.out, files)
      }),
    )
}

function registerCheck(handoff: Command, cli: Cli): void {
  handoff
    .command('check')
    .description('Compare what Databricks ingested with the ledger, node by node.')
    .requiredOption('--warehouse <id>', 'SQL warehouse that answers')
    .option('--catalog <name>', 'Unity Catalog catalog', 'edge_fleet')
    .addHelpText(
      'after',
      '\nNeeds DATABRICKS_HOST and DATABRICKS_TOKEN. Exits 1 unless everything delivered was ingested once.\n',
    )
    .action((options: { readonly warehouse: string; readonly catalog: string }, command: Command) =>
      cli.run(command, async (context) => {
        const engine = await context.engine()
        const lanes = await engine.call(
          'handoff.check',
          { warehouseId: options.warehouse, catalog: options.catalog },
          { signal: context.signal },
        )
        context.out.result({ lanes }, () => describeLanes(lanes))
        return lanes.every((lane) => lane.verdict === 'equal') ? EXIT.done : EXIT.finding
      }),
    )
}

const VERDICTS: Readonly<Record<IngestedComparison['verdict'], string>> = {
  equal: 'ingested',
  waiting: 'delivered but not ingested',
  duplicated: 'ingested twice',
  excess: 'more than delivered',
}

function describeLanes(lanes: readonly IngestedComparison[]): string {
  if (lanes.length === 0) return 'Nothing was delivered yet.'
  return formatTable<IngestedComparison>(
    [
      { title: 'NODE', value: (lane) => lane.nodeId },
      { title: 'TABLE', value: (lane) => lane.table },
      { title: 'TYPE', value: (lane) => lane.type },
      { title: 'DELIVERED', value: (lane) => lane.rows },
      { title: 'INGESTED', value: (lane) => lane.ingestedRows },
      { title: 'VERDICT', value: (lane) => VERDICTS[lane.verdict] },
    ],
    lanes,
  )
}

interface MachineOptions {
  readonly out: string
  readonly region: string
  readonly architecture: string
  readonly instanceType: string
  readonly bacalhau: string
  readonly sha256: string
  readonly orchestrator: string
  readonly joinToken: string
  readonly profile: string
  readonly image: string
  readonly label: readonly string[]
  readonly max: string
}

function registerMachine(handoff: Command, cli: Cli): void {
  handoff
    .command('machine')
    .description('Write cloud-init, a launch template and a spot fleet request for edge machines, to review.')
    .requiredOption('--out <dir>', 'folder to write to')
    .requiredOption('--region <region>', 'AWS region')
    .requiredOption('--sha256 <hash>', 'SHA-256 of the Bacalhau archive')
    .requiredOption('--orchestrator <url>', 'such as tls://orchestrator.example:4222')
    .requiredOption('--image <image>', 'Fieldgate image by digest')
    .option('--architecture <name>', 'amd64 or arm64', 'arm64')
    .option('--instance-type <type>', 'EC2 instance type', 't4g.small')
    .option('--bacalhau <version>', 'Bacalhau version', 'v1.9.3')
    .option('--join-token <parameter>', 'SSM parameter that holds the join token', '/fieldgate/join-token')
    .option('--profile <name>', 'instance profile with the uploader policy', 'fieldgate-edge')
    .option('--label <key=value...>', 'node labels', [])
    .option('--max <n>', 'machines at most', '3')
    .addHelpText('after', '\nGenerates text only; nothing is created. The machines listen to nothing.\n')
    .action((options: MachineOptions, command: Command) =>
      cli.run(command, async (context) => {
        const engine = await context.engine()
        const files = await engine.call('handoff.machine', {
          region: options.region,
          architecture: options.architecture === 'amd64' ? 'amd64' : 'arm64',
          instanceType: options.instanceType,
          bacalhauVersion: options.bacalhau,
          bacalhauSha256: options.sha256,
          orchestrator: options.orchestrator,
          joinTokenParameter: options.joinToken,
          instanceProfile: options.profile,
          image: options.image,
          labels: parseLabels(options.label),
          dataFolder: '/var/lib/fieldgate/data',
          stateFolder: '/var/lib/fieldgate/state',
          maxMachines: Number(options.max),
        })
        return writeFiles(context, options.out, files)
      }),
    )
}

function registerInstances(handoff: Command, cli: Cli): void {
  handoff
    .command('instances <file>')
    .description("Read the spot deployer's instances.json and list its machines with labels.")
    .action((file: string, _options: unknown, command: Command) =>
      cli.run(command, async (context) => {
        const engine = await context.engine()
        const machines = await engine.call('handoff.instances', {
          text: readText(resolve(context.io.cwd, file)),
          path: file,
        })
        context.out.result({ machines }, () =>
          formatTable(
            [
              { title: 'MACHINE', value: (machine) => machine.id },
              { title: 'NAME', value: (machine) => machine.name },
              { title: 'ADDRESS', value: (machine) => machine.address },
              { title: 'RUNNING', value: (machine) => (machine.isRunning ? 'yes' : 'no') },
            ],
            machines,
          ),
        )
        return EXIT.done
      }),
    )
}

/** The text of a file a person named. Throws `notFound` naming it. */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new FieldgateError('notFound', `${path} cannot be read.`, {
      hint: 'Check the path and its permissions.',
      cause: error,
    })
  }
}

/** Labels given as key=value. Throws `invalid` naming the one that is not. */
export function parseLabels(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const match = /^([^=]+)=(.*)$/.exec(text)
      if (match === null)
        throw new FieldgateError('invalid', `"${text}" is no label.`, { hint: 'Give it as key=value.' })
      return [match[1] as string, match[2] as string]
    }),
  )
}

function writeFiles(context: CommandContext, out: string, files: readonly GeneratedFile[]): 0 {
  const folder = resolve(context.io.cwd, out)
  for (const file of files) {
    const path = join(folder, file.path)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, file.text)
  }
  context.out.result({ folder, files: files.map((file) => file.path) }, () =>
    [...files.map((file) => join(out, file.path)), `${files.length} files. Begin with ${join(out, 'README.md')}.`].join(
      '\n',
    ),
  )
  return EXIT.done
}
