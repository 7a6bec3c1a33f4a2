import { resolve } from 'node:path'
import type { Command } from 'commander'
import { strFromU8, unzipSync } from 'fflate'
import { writeFileAtomic } from '../../core/support/atomicFile.ts'
import type { Cli, CommandContext } from '../cli.ts'
import { EXIT } from '../exitCodes.ts'
import type { ExitCode } from '../exitCodes.ts'
import { formatTable } from '../table.ts'

interface SupportOptions {
  readonly out?: string
  readonly preview?: boolean
}

/** `fieldgate support`: what another person needs to help, without readings and secrets, as a zip to look through first. */
export function registerSupport(program: Command, cli: Cli): void {
  program
    .command('support')
    .description('Write a bundle for whoever helps: configuration, state, findings, logs. No readings, no secrets.')
    .option('--out <file>', 'zip to write, for its owner only; named after the time when left out')
    .option('--preview', 'list what would be in it; write nothing')
    .addHelpText('after', HELP)
    .action((options: SupportOptions, command: Command) => cli.run(command, (context) => bundle(context, options)))
}

const HELP = `
Nothing is sent anywhere. Paths, node names and bucket names are in it as they are. manifest.json says how many secrets
were taken out.

  fieldgate support --preview
  fieldgate support --out support.zip
`

interface Manifest {
  readonly takenAt: string
  readonly secretsRemoved: number
  readonly holds: string
}

async function bundle({ engine, out, io, signal }: CommandContext, options: SupportOptions): Promise<ExitCode> {
  const running = await engine()
  const { name, bytes } = await running.call('support.bundle', {}, { signal })
  const { files, manifest } = describeBundle(bytes)
  const path = options.preview === true ? undefined : resolve(io.cwd, options.out ?? name)
  if (path !== undefined) writeFileAtomic(path, bytes, 0o600)
  const value = { ...(path === undefined ? {} : { path }), bytes: bytes.length, files, ...manifest }
  out.result(value, () =>
    [
      formatTable(
        [
          { title: 'FILE', value: (file) => file.name },
          { title: 'BYTES', value: (file) => file.bytes },
        ],
        files,
      ),
      '',
      manifest.holds,
      `Secrets taken out: ${manifest.secretsRemoved}.`,
      path === undefined ? 'Nothing was written.' : `Wrote ${path}, readable by its owner only.`,
    ].join('\n'),
  )
  return EXIT.done
}

function describeBundle(bytes: Uint8Array): {
  readonly files: readonly { readonly name: string; readonly bytes: number }[]
  readonly manifest: Manifest
} {
  const entries = unzipSync(bytes)
  const { takenAt, secretsRemoved, holds } = JSON.parse(
    strFromU8(entries['manifest.json'] ?? new Uint8Array()),
  ) as Manifest
  const files = Object.entries(entries).map(([name, content]) => ({ name, bytes: content.length }))
  return { files, manifest: { takenAt, secretsRemoved, holds } }
}
