import { errorToData, FieldgateError } from '../../../../shared/domain/errors.ts'
import type { ErrorData } from '../../../../shared/domain/errors.ts'
import { describeHolders } from '../processes.ts'
import { finding } from '../port.ts'
import type { DoctorPorts, Finding, NodeCheck } from '../port.ts'
import type { NodeConfig } from '../../../../shared/domain/settings.ts'

/** The database answers: it is not locked, and its table and time column are clear. */
export const readableCheck: NodeCheck = {
  id: 'readable',
  scope: 'node',
  isCheap: false,
  examine(ports, node) {
    try {
      const database = ports.openNode(node)
      try {
        const plan = database.plan({ table: node.table, timestampColumn: node.timestampColumn })
        const { maxSeq } = database.identity(plan.table)
        const evidence = `Table ${plan.table}, time in ${plan.timestampColumn}, newest row ${maxSeq ?? 'none yet'}.`
        return [finding('readable', node.id, 'ok', { title: 'The database answers', evidence, why: WHY }, node.id)]
      } finally {
        database.close()
      }
    } catch (error) {
      if (!(error instanceof FieldgateError)) throw error
      return describe(ports, node, errorToData(error))
    }
  },
}

const WHY = 'Nothing of this node can be delivered while its database does not answer.'

function describe(ports: DoctorPorts, node: NodeConfig, failure: ErrorData): readonly Finding[] {
  // Its own checks say these better.
  if (failure.code === 'notFound' && failure.message.startsWith('There is no database')) return []
  if (failure.code === 'corrupt') return []
  const isLocked = failure.code === 'unavailable' && /locked/.test(failure.message)
  const who = isLocked ? describeHolders(ports.holders(node.sqlite), node.sqlite) : undefined
  return [
    finding(
      'readable',
      node.id,
      'bad',
      {
        title: isLocked ? 'The database is locked' : 'The database does not answer',
        evidence: `${failure.message}${who === undefined ? '' : ` ${who}`}`,
        why: WHY,
        remedy: {
          verb: 'Show node',
          detail: isLocked
            ? 'End the transaction of that process, or restart it. It is tried again by itself.'
            : (failure.hint ?? 'It is tried again by itself.'),
          screen: `node/${node.id}`,
        },
        notice: {
          cause: isLocked ? 'locked' : failure.message,
          severity: 'bad',
          message: isLocked ? 'The database is locked' : failure.message,
          detail: who ?? failure.hint,
          sinceMs: undefined,
          nextRetryMs: undefined,
        },
      },
      node.id,
    ),
  ]
}
