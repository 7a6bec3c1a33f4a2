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

/** Compacts the ledger unless that was done within the hour, by whatever process. May be stopped at any point. */
export async function tendLedger(
  ports: Pick<UploaderPorts, 'ledger' | 'log' | 'clock'>,
  signal: AbortSignal,
): Promise<void> {
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
