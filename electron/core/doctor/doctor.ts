import type { DoctorReport } from '../../../shared/domain/attention.ts'
import { errorToData, FieldgateError } from '../../../shared/domain/errors.ts'
import { addAudit } from '../db/ledger/records.ts'
import type { LedgerConnection } from '../db/ledger/connection.ts'
import { CHECKS } from './checks/index.ts'
import { finding } from './port.ts'
import type { Check, DoctorPorts, DoctorSources, Finding, Repair } from './port.ts'
import { readRetries, withRetry } from './retries.ts'

export interface Doctor {
  /** Every check, or those of one node; expensive ones included. */
  run(nodeId: string | undefined, signal: AbortSignal): Promise<DoctorReport>
  /** The cheap checks over every node: what runs all the time. */
  glance(signal: AbortSignal): Promise<readonly Finding[]>
  /**
   * Repairs the finding of that id if it still holds, writes the audit trail, and looks again. Throws `notFound` for an
   * unknown id, `conflict` when there is nothing (any more) that can be repaired safely.
   */
  fix(id: string, by: string, ledger: LedgerConnection, signal: AbortSignal): Promise<DoctorReport>
}

/** Which checks a look is for, and about what. */
interface Look {
  readonly accepts: (check: Check) => boolean
  readonly nodeId?: string | undefined
  /** Looking through all processes of the computer is too much for something that runs all the time. */
  readonly isGlance?: boolean
}

/** The ports with what every node's check asks for taken once. */
async function onePicture(sources: DoctorSources, signal: AbortSignal): Promise<DoctorPorts> {
  const uploads = await attempt(() => sources.uploads())
  const summaries = await attempt(() => sources.summaries(signal))
  return { ...sources, uploads: () => uploads, summaries: () => summaries }
}

/** What cannot be had, because the ledger is damaged for example, is left out: a check of its own says why. */
async function attempt<T>(read: () => readonly T[] | Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await read()
  } catch (error) {
    if (isTrouble(error)) return []
    throw error
  }
}

/** Whether something outside is wrong; neither a stop nor a mistake of ours. */
function isTrouble(error: unknown): boolean {
  const { code } = errorToData(error)
  return code !== 'cancelled' && (code !== 'internal' || error instanceof FieldgateError)
}

/** A check that cannot be made says so; the others go on. */
async function guarded(
  check: Check,
  subject: string,
  examine: () => readonly Finding[] | Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await examine()
  } catch (error) {
    if (!isTrouble(error)) throw error
    const parts = {
      title: `Not checked: ${check.id}`,
      evidence: errorToData(error).message,
      why: 'It needs what is broken elsewhere.',
    }
    return [finding(check.id, subject, 'skipped', parts, check.scope === 'node' ? subject : undefined)]
  }
}

/** The doctor of a workspace. Holds nothing but its ports: every look is fresh. */
export function createDoctor(sources: DoctorSources): Doctor {
  const look = async (wanted: Look, signal: AbortSignal): Promise<readonly Finding[]> => {
    const findings: Finding[] = []
    const picture = await onePicture(sources, signal)
    const view = wanted.isGlance === true ? { ...picture, holders: () => undefined } : picture
    const nodes = picture.config.nodes.filter((node) => wanted.nodeId === undefined || node.id === wanted.nodeId)
    for (const check of CHECKS.filter((candidate) => wanted.accepts(candidate))) {
      if (check.scope === 'workspace') {
        if (wanted.nodeId === undefined)
          findings.push(...(await guarded(check, 'workspace', () => check.examine(view))))
        continue
      }
      for (const [index, node] of nodes.entries()) {
        signal.throwIfAborted()
        findings.push(...(await guarded(check, node.id, () => check.examine(view, node))))
        if (index % NODES_PER_TURN === NODES_PER_TURN - 1) await sources.clock.sleep(0, signal)
      }
    }
    const retries = readRetries(view)
    return findings.map((found) => withRetry(found, retries))
  }
  const report = (findings: readonly Finding[]): DoctorReport => ({
    takenAtMs: sources.clock.now(),
    findings: findings
      .toSorted((a, b) => ORDER[a.verdict] - ORDER[b.verdict])
      .map(({ nodeId: _nodeId, notice: _notice, ...shown }) => shown),
    bad: findings.filter((each) => each.verdict === 'bad').length,
    warn: findings.filter((each) => each.verdict === 'warn').length,
  })

  return {
    run: async (nodeId, signal) => report(await look({ accepts: () => true, nodeId }, signal)),
    glance: (signal) => look({ accepts: (check) => check.isCheap, isGlance: true }, signal),
    async fix(id, by, ledger, signal) {
      const { check, subject } = parseId(id)
      const accepts = (candidate: Check): boolean => candidate === check
      const found = (await look({ accepts }, signal)).find((candidate) => candidate.id === id)
      if (found === undefined || !found.isFixable || check.fix === undefined) {
        throw new FieldgateError('conflict', `${found?.title ?? id}: there is nothing to repair here.`, {
          hint: found?.remedy?.detail ?? 'Run the doctor again: it may be healed already.',
        })
      }
      const repair = await runFix(await onePicture(sources, signal), check, found)
      addAudit(ledger, {
        atMs: sources.clock.now(),
        actor: by,
        action: 'doctor.fix',
        subject: `${check.id} ${subject}`,
        before: repair.before,
        after: repair.after,
        reason: repair.undo === undefined ? undefined : `Undo: ${repair.undo}`,
      })
      const after = (await look({ accepts }, signal)).filter((candidate) => candidate.id === id)
      return report(after.map((each) => ({ ...each, evidence: `${repair.after}. ${each.evidence}` })))
    },
  }
}

const ORDER = { bad: 0, warn: 1, skipped: 2, ok: 3 } as const
/** Nodes looked at before others get their turn. */
const NODES_PER_TURN = 20

function runFix(ports: DoctorPorts, check: Check, found: Finding): Promise<Repair> | Repair {
  if (check.scope === 'workspace') return (check.fix as NonNullable<typeof check.fix>)(ports, found.subject)
  const node = ports.config.nodes.find((candidate) => candidate.id === found.nodeId)
  if (node === undefined) throw new FieldgateError('notFound', `There is no node "${found.nodeId}".`)
  return (check.fix as NonNullable<typeof check.fix>)(ports, node)
}

function parseId(id: string): { readonly check: Check; readonly subject: string } {
  const at = id.indexOf(':')
  const check = CHECKS.find((candidate) => candidate.id === id.slice(0, at))
  if (at < 0 || check === undefined) {
    throw new FieldgateError('notFound', `The doctor has no check for "${id}".`, {
      hint: 'Take the id of a finding from: fieldgate doctor --json.',
    })
  }
  return { check, subject: id.slice(at + 1) }
}
