import { errorToData } from '../../../shared/domain/errors.ts'
import { compactLedger } from '../db/ledger/compact.ts'
import { readSetting, writeSetting } from '../db/ledger/settings.ts'
import type { UploaderPorts } from './ports.ts'

/** The ledger is looked after this often. */
export const TEND_EVERY_MS = 3_600_000
/** A loop is never exactly on time. */
const EARLY_MS = 60_000
/** Between two steps, so that uploads come first. */
const PAUSE_MS = 2

const COMPACTED = 'compacted/at'

type TendPorts = Pick<UploaderPorts, 'ledger' | 'log' | 'clock'>

/**
 * Compacts the ledger unless that was done within the hour, by whatever process. May be stopped at any point. A failure
 * (another process writes, no room) is logged and left for the next time: no upload depends on it.
 */
export async function tendLedger(ports: TendPorts, signal: AbortSignal): Promise<void> {
  try {
    await compactIfDue(ports, signal)
  } catch (error) {
    ports.log.warn('The ledger could not be compacted; it is tried again.', { cause: errorToData(error).message })
  }
}

async function compactIfDue(ports: TendPorts, signal: AbortSignal): Promise<void> {
  const nowMs = ports.clock.now()
  const sinceMs = nowMs - Number(readSetting(ports.ledger, COMPACTED) ?? Number.NEGATIVE_INFINITY)
  // A clock that was set back makes it due at once.
  if (sinceMs >= 0 && sinceMs < TEND_EVERY_MS - EARLY_MS) return
  const pause = async (): Promise<void> => ports.clock.sleep(PAUSE_MS, signal)
  const { mergedExecutions, forgottenAudits, returnedPages } = await compactLedger(ports.ledger, {
    nowMs,
    signal,
    pause,
  })
  if (signal.aborted) return
  writeSetting(ports.ledger, COMPACTED, String(nowMs))
  if (mergedExecutions + forgottenAudits + returnedPages > 0) {
    ports.log.info('The ledger was compacted.', { mergedExecutions, forgottenAudits, returnedPages })
  }
}
