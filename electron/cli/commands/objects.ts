import type { Command } from 'commander'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import type { ObjectDetail, ObjectPreview } from '../../../shared/domain/objects.ts'
import type { Engine } from '../../core/engine.ts'
import { parseCount } from '../cli.ts'
import type { Cli, CommandContext } from '../cli.ts'
import { EXIT } from '../exitCodes.ts'
import type { ExitCode } from '../exitCodes.ts'
import { formatBytes, formatCount, formatTable, formatTime, plural } from '../table.ts'

/** `fieldgate objects`: what lies in the buckets. */
export function registerObjects(program: Command, cli: Cli): void {
  const objects = program.command('objects').description('List, describe and fetch objects of the store.')
  registerLs(objects, cli)
  registerHead(objects, cli)
  registerCat(objects, cli)
}

interface Address {
  readonly bucket: string
  readonly key: string
}

/** Reads `s3://bucket/key`, with or without the scheme. Throws `invalid` when there is no bucket. */
function parseAddress(text: string): Address {
  const match = /^(?:s3:\/\/)?([^/]+)(?:\/(.*))?$/s.exec(text)
  if (match === null) {
    throw new FieldgateError('invalid', `"${text}" is no address of an object.`, {
      hint: 'Write it as s3://BUCKET/KEY.',
    })
  }
  return { bucket: match[1] as string, key: match[2] ?? '' }
}

function objectAddress(text: string): Address {
  const address = parseAddress(text)
  if (address.key !== '') return address
  throw new FieldgateError('invalid', `"${text}" names a bucket, not an object.`, {
    hint: 'Write it as s3://BUCKET/KEY.',
  })
}

interface LsOptions {
  readonly recursive?: boolean
  readonly limit: number
}

function registerLs(objects: Command, cli: Cli): void {
  objects
    .command('ls [address]')
    .description('List buckets, or objects and prefixes under s3://BUCKET/PREFIX.')
    .option('-r, --recursive', 'every object under the prefix, not one level')
    .option('--limit <n>', 'entries at most', parseCount('--limit'), 1000)
    .action((address: string | undefined, options: LsOptions, command: Command) =>
      cli.run(command, (context) => (address === undefined ? listBuckets(context) : list(context, address, options))),
    )
}

async function listBuckets(context: CommandContext): Promise<ExitCode> {
  const engine = await context.engine()
  const buckets = await engine.call('objects.buckets', {})
  context.out.result({ buckets }, () =>
    buckets.length === 0
      ? 'There are no buckets yet.'
      : formatTable(
          [
            { title: 'BUCKET', value: (bucket) => bucket.name },
            { title: 'CREATED', value: (bucket) => formatTime(bucket.createdAtMs) },
            { title: 'TYPES', value: (bucket) => (bucket.routes.length === 0 ? undefined : bucket.routes.join(', ')) },
          ],
          buckets,
        ),
  )
  return EXIT.done
}

async function list(context: CommandContext, text: string, options: LsOptions): Promise<ExitCode> {
  const { bucket, key: prefix } = parseAddress(text)
  const engine = await context.engine()
  const found = await listAll(engine, { bucket, prefix, ...options }, context.signal)
  context.out.result({ bucket, prefix, ...found }, () => {
    const rows = [
      ...found.prefixes.map((name) => ({ name, bytes: undefined, time: undefined })),
      ...found.objects.map((object) => ({ name: object.key, bytes: object.bytes, time: object.lastModifiedMs })),
    ]
    if (rows.length === 0) return `Nothing under s3://${bucket}/${prefix}.`
    const table = formatTable<(typeof rows)[number]>(
      [
        { title: 'MODIFIED', value: (row) => (row.time === undefined ? undefined : formatTime(row.time)) },
        { title: 'BYTES', value: (row) => row.bytes },
        { title: 'KEY', value: (row) => row.name },
      ],
      rows,
    )
    return found.isTruncated ? `${table}\nThere is more: raise --limit, or name a longer prefix.` : table
  })
  return EXIT.done
}

async function listAll(
  engine: Engine,
  query: { readonly bucket: string; readonly prefix: string } & LsOptions,
  signal: AbortSignal,
) {
  const objects: { key: string; bytes: number; etag: string; lastModifiedMs: number }[] = []
  const prefixes: string[] = []
  let token: string | undefined
  do {
    const maxKeys = Math.min(1000, query.limit - objects.length - prefixes.length)
    const page = await engine.call(
      'objects.list',
      {
        bucket: query.bucket,
        prefix: query.prefix,
        maxKeys,
        token,
        ...(query.recursive === true ? {} : { delimiter: '/' }),
      },
      { signal },
    )
    objects.push(...page.objects)
    prefixes.push(...page.prefixes)
    token = page.nextToken
  } while (token !== undefined && objects.length + prefixes.length < query.limit)
  return { objects, prefixes, isTruncated: token !== undefined }
}

function registerHead(objects: Command, cli: Cli): void {
  objects
    .command('head <address>')
    .description('Describe an object: size, metadata and, of Parquet, its columns and first rows.')
    .option('--rows <n>', 'rows to show', parseCount('--rows'), 5)
    .action((address: string, options: { readonly rows: number }, command: Command) =>
      cli.run(command, async (context) => {
        const engine = await context.engine()
        const place = objectAddress(address)
        const detail = await engine.call('objects.head', place, { signal: context.signal })
        const preview = place.key.endsWith('.parquet')
          ? await engine.call('objects.preview', { ...place, rowCount: options.rows }, { signal: context.signal })
          : undefined
        context.out.result({ ...detail, preview }, () => describeObject(detail, preview))
        return EXIT.done
      }),
    )
}

function describeObject(detail: ObjectDetail, preview: ObjectPreview | undefined): string {
  const lines = [
    `s3://${detail.bucket}/${detail.key}`,
    `${formatBytes(detail.bytes)} (${formatCount(detail.bytes)} bytes), ${formatTime(detail.lastModifiedMs)}, etag ${detail.etag}`,
    ...Object.entries(detail.metadata).map(([name, value]) => `  ${name}: ${value}`),
  ]
  if (preview === undefined) return lines.join('\n')
  const columns = formatTable(
    [
      { title: 'COLUMN', value: (column) => column.name },
      { title: 'TYPE', value: (column) => column.type },
      { title: 'NULLS', value: (column) => column.nulls },
      { title: 'MIN', value: (column) => column.min },
      { title: 'MAX', value: (column) => column.max },
    ],
    preview.columns,
  )
  const rows = formatTable(
    preview.columns.map((column, at) => ({
      title: column.name,
      value: (row: readonly (string | number | boolean | null)[]) => {
        const value = row[at] ?? undefined
        return typeof value === 'boolean' ? String(value) : value
      },
    })),
    preview.values,
  )
  return [
    ...lines,
    `${plural(preview.rows, 'row')} in ${plural(preview.rowGroups, 'row group')}`,
    '',
    columns,
    '',
    rows,
  ].join('\n')
}

const CAT_BYTES = 8 * 2 ** 20

function registerCat(objects: Command, cli: Cli): void {
  objects
    .command('cat <address>')
    .description('Write the bytes of an object to standard output.')
    .addHelpText('after', '\n  fieldgate objects cat s3://BUCKET/KEY > file.parquet\n')
    .action((address: string, _options: unknown, command: Command) =>
      cli.run(command, async (context) => {
        const engine = await context.engine()
        const place = objectAddress(address)
        const { bytes } = await engine.call('objects.head', place, { signal: context.signal })
        const sink: { write(part: string | Uint8Array): unknown } = context.io.stdout
        for (let start = 0; start < bytes; start += CAT_BYTES) {
          const range = { ...place, start, end: start + CAT_BYTES - 1 }
          sink.write((await engine.call('objects.download', range, { signal: context.signal })).bytes)
        }
        return EXIT.done
      }),
    )
}
