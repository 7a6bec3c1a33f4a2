import { readdirSync, statSync } from 'node:fs'
import { dirname, extname, join, basename } from 'node:path'
import type { Remedy } from '../../../../shared/domain/attention.ts'
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
      const saved = findSaved(node)
      return [
        finding(
          'malformed',
          node.id,
          'bad',
          {
            title: 'The database is damaged',
            evidence: saved === undefined ? evidence : `${evidence} What could be read is in ${saved}.`,
            why: WHY,
            remedy: remedyFor(node, isReadable, saved, ports.clock.now()),
            isFixable: isReadable && saved === undefined,
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

function remedyFor(node: NodeConfig, isReadable: boolean, saved: string | undefined, atMs: number): Remedy {
  const screen = `node/${node.id}`
  if (saved !== undefined) {
    return {
      verb: 'Copy command',
      detail:
        'Stop the sensor, keep the damaged file under another name, put the saved one in its place, start the sensor.',
      command: `mv ${node.sqlite} ${node.sqlite}.damaged && rm -f ${node.sqlite}-wal ${node.sqlite}-shm && cp ${saved} ${node.sqlite}`,
    }
  }
  if (!isReadable) {
    return {
      verb: 'Show node',
      detail: 'Nothing in it can be read. Keep the file and restore a backup; delivered rows are in the bucket.',
      screen,
    }
  }
  return {
    verb: 'Save into a new file',
    detail: `Copies every readable row into ${basename(targetFor(node, atMs))} beside it. The damaged file stays as it is.`,
  }
}

/** What an earlier repair saved, if nothing was written to the damaged file since. */
function findSaved(node: NodeConfig): string | undefined {
  const folder = dirname(node.sqlite)
  const prefix = `${basename(node.sqlite, extname(node.sqlite))}.recovered-`
  const damagedMs = statSync(node.sqlite).mtimeMs
  const names = readdirSync(folder).filter((name) => name.startsWith(prefix) && name.endsWith(extname(node.sqlite)))
  const newest = names.toSorted((a, b) => (a < b ? 1 : -1))[0]
  if (newest === undefined || statSync(join(folder, newest)).mtimeMs < damagedMs) return undefined
  return join(folder, newest)
}

/** Beside the damaged file, with the moment in its name: `sensor.recovered-20260301T120000Z.db`. */
function targetFor(node: NodeConfig, atMs: number): string {
  const extension = extname(node.sqlite)
  const stamp = new Date(atMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')
  return join(dirname(node.sqlite), `${basename(node.sqlite, extension)}.recovered-${stamp}Z${extension}`)
}

function describeRecovery(report: RecoveryReport): string {
  const notes = report.notes.length === 0 ? '' : `; not made anew: ${report.notes.join('; ')}`
  return `${formatCount(report.saved, 'row')} saved into ${report.target}, ${formatCount(report.lost, 'row id')} on damaged pages lost${notes}`
}
