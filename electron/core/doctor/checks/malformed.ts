import { statSync } from 'node:fs'
import { dirname, extname, join, basename } from 'node:path'
import { errorToData } from '../../../../shared/domain/errors.ts'
import type { NodeConfig } from '../../../../shared/domain/settings.ts'
import type { RecoveryReport } from '../../db/recover.ts'
import { finding } from '../port.ts'
import type { NodeCheck } from '../port.ts'
import { formatCount } from '../words.ts'

const WHY =
  'Damaged pages hide rows and stop the writer; what is still readable should be saved before more is written.'

/** Every page of the database is sound. */
export const malformedCheck: NodeCheck = {
  id: 'malformed',
  scope: 'node',
  isCheap: false,
  async examine(ports, node) {
    if (statSync(node.sqlite, { throwIfNoEntry: false }) === undefined) return []
    try {
      const { problems, isReadable } = await ports.checkIntegrity(node.sqlite)
      if (problems.length === 0) {
        return [
          finding(
            'malformed',
            node.id,
            'ok',
            { title: 'The database is sound', evidence: 'quick_check: ok.', why: WHY },
            node.id,
          ),
        ]
      }
      const evidence = `${problems.slice(0, 3).join('; ')}${problems.length > 3 ? `; and ${problems.length - 3} more` : ''}.`
      return [
        finding(
          'malformed',
          node.id,
          'bad',
          {
            title: 'The database is damaged',
            evidence,
            why: WHY,
            remedy: isReadable
              ? {
                  verb: 'Save into a new file',
                  detail: `Copies every readable row into ${basename(targetFor(node, ports.clock.now()))} beside it. The damaged file stays as it is. Then stop the sensor and put the new file in its place.`,
                }
              : {
                  verb: 'Show node',
                  detail:
                    'Nothing in it can be read. Keep the file and restore a backup; delivered rows are in the bucket.',
                  screen: `node/${node.id}`,
                },
            isFixable: isReadable,
            notice: {
              cause: 'damaged',
              severity: 'bad',
              message: 'The database is damaged',
              detail: problems[0],
              sinceMs: undefined,
              nextRetryMs: undefined,
            },
          },
          node.id,
        ),
      ]
    } catch (error) {
      const { message } = errorToData(error)
      return [
        finding(
          'malformed',
          node.id,
          'skipped',
          { title: 'Not checked for damage', evidence: message, why: WHY },
          node.id,
        ),
      ]
    }
  },
  async fix(ports, node) {
    const report = await ports.recover(node.sqlite, targetFor(node, ports.clock.now()))
    return {
      before: `${node.sqlite} is damaged`,
      after: describeRecovery(report),
      undo: `Delete ${report.target}; ${node.sqlite} was not changed.`,
    }
  },
}

/** Beside the damaged file, with the moment in its name: `sensor.recovered-20260301T120000Z.db`. */
function targetFor(node: NodeConfig, atMs: number): string {
  const extension = extname(node.sqlite)
  const stamp = new Date(atMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')
  return join(dirname(node.sqlite), `${basename(node.sqlite, extension)}.recovered-${stamp}Z${extension}`)
}

function describeRecovery(report: RecoveryReport): string {
  const notes = report.notes.length === 0 ? '' : ` Not made anew: ${report.notes.join('; ')}.`
  return `${formatCount(report.saved, 'row')} saved into ${report.target}, ${formatCount(report.lost, 'row id')} on damaged pages lost.${notes}`
}
