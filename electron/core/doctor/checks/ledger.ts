import { FieldgateError } from '../../../../shared/domain/errors.ts'
import { findLedgerProblems } from '../../db/ledger/integrity.ts'
import { finding } from '../port.ts'
import type { DoctorPorts, Finding, WorkspaceCheck } from '../port.ts'

/** The ledger is sound as a file, and what it says agrees with itself. */
export const ledgerCheck: WorkspaceCheck = {
  id: 'ledger',
  scope: 'workspace',
  isCheap: false,
  examine(ports) {
    const newer = newerThanThis(ports)
    if (newer !== undefined) return [foundNewer(ports, newer)]
    const problems = problemsOf(ports)
    const why = 'The ledger decides what is delivered next; a wrong one loses rows or delivers them twice.'
    const subject = ports.config.stateDir
    if (problems.length === 0) {
      return [
        finding('ledger', subject, 'ok', {
          title: 'The ledger is sound',
          evidence: 'quick_check and its own rules: ok.',
          why,
        }),
      ]
    }
    return [
      finding('ledger', subject, 'bad', {
        title: 'The ledger is damaged',
        evidence: `${problems.slice(0, 3).join('; ')}${problems.length > 3 ? `; and ${problems.length - 3} more` : ''}.`,
        why,
        remedy: {
          verb: 'Copy command',
          detail:
            'Stop uploading and restore the last snapshot of the state folder, or move the ledger away: what was delivered is read from the bucket. Then prove it: fieldgate reconcile.',
          command: 'fieldgate reconcile',
        },
        notice: {
          cause: 'ledger',
          severity: 'bad',
          message: 'The ledger is damaged',
          detail: problems[0],
          sinceMs: undefined,
          nextRetryMs: undefined,
        },
      }),
    ]
  },
}

/** Set when a later version wrote the ledger: then it is sound, and this version must leave it alone. */
function newerThanThis(ports: DoctorPorts): FieldgateError | undefined {
  try {
    ports.ledger()
  } catch (error) {
    if (error instanceof FieldgateError && error.code === 'unsupported') return error
  }
  return undefined
}

function foundNewer(ports: DoctorPorts, { message, hint = '' }: FieldgateError): Finding {
  const title = 'The ledger is of a newer version'
  return finding('ledger', ports.config.stateDir, 'bad', {
    title,
    evidence: message,
    why: 'What this version does not know it would damage, so it delivers nothing.',
    remedy: { verb: 'Copy command', detail: hint, command: 'fieldgate --version' },
    notice: {
      cause: 'ledger',
      severity: 'bad',
      message: title,
      detail: hint,
      sinceMs: undefined,
      nextRetryMs: undefined,
    },
  })
}

/** A ledger that cannot even be opened is the worst of its problems. */
function problemsOf(ports: DoctorPorts): readonly string[] {
  try {
    return findLedgerProblems(ports.ledger())
  } catch (error) {
    if (error instanceof FieldgateError && error.code === 'corrupt') return [error.message.replace(/\.$/, '')]
    throw error
  }
}
