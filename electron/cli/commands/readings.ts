import type { Command } from 'commander'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import type { ReadingsPage } from '../../../shared/domain/node.ts'
import { parseCount } from '../cli.ts'
import type { Cli } from '../cli.ts'
import { EXIT } from '../exitCodes.ts'
import { formatTable } from '../table.ts'

interface ReadingsOptions {
  readonly node?: string
  readonly limit: number
  readonly columns?: string
}

/** `fieldgate readings`: the newest rows of a node's database. */
export function registerReadings(program: Command, cli: Cli): void {
  program
    .command('readings')
    .description("Print the newest readings of a node's database. Reads only.")
    .option('--node <id>', 'the node; the first one when left out')
    .option('--limit <count>', 'how many', parseCount('--limit'), 10)
    .option('--columns <names>', 'only these columns, separated by commas')
    .addHelpText('after', '\nWith --json {nodeId, table, columns, rows}; the first value of a row is its sequence.\n')
    .action((options: ReadingsOptions, command: Command) =>
      cli.run(command, async (context) => {
        const [node] = await context.nodes(options.node === undefined ? undefined : [options.node])
        const engine = await context.engine()
        const page = selectColumns(
          await engine.call('readings.recent', { nodeId: node.id, limit: options.limit }),
          options.columns?.split(',').map((name) => name.trim()),
        )
        context.out.result(page, () => describePage(page))
        return EXIT.done
      }),
    )
}

function selectColumns(page: ReadingsPage, wanted: readonly string[] | undefined): ReadingsPage {
  if (wanted === undefined) return page
  const at = wanted.map((name) => {
    const index = page.columns.indexOf(name)
    if (index >= 0) return index
    throw new FieldgateError('invalid', `Table ${page.table} has no column "${name}".`, {
      hint: `Columns: ${page.columns.join(', ')}.`,
    })
  })
  return {
    ...page,
    columns: wanted,
    rows: page.rows.map((row) => [row[0] ?? null, ...at.map((index) => row[index + 1] ?? null)]),
  }
}

/** Columns that hold nothing in these rows are left out of the text. */
function describePage(page: ReadingsPage): string {
  if (page.rows.length === 0) return `Table ${page.table} is empty.`
  const shown = page.columns
    .map((name, at) => ({ name, at: at + 1 }))
    .filter(({ at }) => page.rows.some((row) => row[at] !== null))
  type Row = ReadingsPage['rows'][number]
  return formatTable<Row>(
    [
      { title: 'SEQUENCE', value: (row) => String(row[0]) },
      ...shown.map(({ name, at }) => ({
        title: name,
        value: (row: Row) => (row[at] === null ? undefined : String(row[at])),
      })),
    ],
    page.rows,
  )
}
