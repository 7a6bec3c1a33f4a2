import { FieldgateError } from '../../../../shared/domain/errors.ts'
import { listExecutions, readExecution } from '../../db/ledger/executions.ts'
import type { SourceColumn, TablePlan } from '../../db/nodePort.ts'
import { finding } from '../port.ts'
import type { DoctorPorts, NodeCheck } from '../port.ts'

/** The table has the columns it had at the last delivery. */
export const schemaDriftCheck: NodeCheck = {
  id: 'schemaDrift',
  scope: 'node',
  isCheap: false,
  examine(ports, node) {
    const before = lastPlan(ports, node.id)
    if (before === undefined) return []
    let now: TablePlan
    try {
      const database = ports.openNode(node)
      try {
        now = database.plan({ table: before.table, timestampColumn: node.timestampColumn })
      } finally {
        database.close()
      }
    } catch (error) {
      if (error instanceof FieldgateError) return []
      throw error
    }
    const changes = describeChanges(before.columns, now.columns)
    const why =
      'Readers of the bucket meet objects of two shapes; Auto Loader adds new columns, and stops once when it does.'
    if (changes.length === 0) {
      return [
        finding(
          'schemaDrift',
          node.id,
          'ok',
          { title: 'The table has not changed', evidence: `${now.columns.length} columns.`, why },
          node.id,
        ),
      ]
    }
    return [
      finding(
        'schemaDrift',
        node.id,
        'warn',
        {
          title: 'The table has changed',
          evidence: `Since the last delivery: ${changes.join(', ')}.`,
          why,
          remedy: {
            verb: 'Show contracts',
            detail:
              'Nothing is lost: new columns are delivered from now on. Add them to the contract if they are to be checked.',
            screen: 'pipelines/contracts',
          },
          notice: {
            cause: changes.join(', '),
            severity: 'warn',
            message: `The table has changed: ${changes.join(', ')}`,
            detail: 'New columns are delivered from now on',
            sinceMs: undefined,
            nextRetryMs: undefined,
          },
        },
        node.id,
      ),
    ]
  },
}

function lastPlan(ports: DoctorPorts, nodeId: string): TablePlan | undefined {
  const last = listExecutions(ports.ledger(), { nodeId, limit: 1 })[0]
  if (last === undefined) return undefined
  const request = JSON.parse(readExecution(ports.ledger(), last.id).request) as { context?: { plan?: TablePlan } }
  return request.context?.plan
}

function describeChanges(before: readonly SourceColumn[], now: readonly SourceColumn[]): readonly string[] {
  const old = new Map(before.map((column) => [column.name, column.declaredType]))
  const current = new Map(now.map((column) => [column.name, column.declaredType]))
  return [
    ...[...current].flatMap(([name, type]) => {
      const was = old.get(name)
      if (was === undefined) return [`${name} added`]
      return was === type ? [] : [`${name} is ${type || 'untyped'} instead of ${was || 'untyped'}`]
    }),
    ...[...old.keys()].filter((name) => !current.has(name)).map((name) => `${name} removed`),
  ]
}
