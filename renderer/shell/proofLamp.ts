import type { LampState } from '../../shared/domain/lampTypes.ts'
import type { FleetStatus } from '../../shared/domain/node.ts'

/** The mark of the proof: a running check keeps the verdict it had. */
export function proofLamp(proof: FleetStatus['proof']): LampState {
  if (proof.missing > 0 || proof.duplicated > 0 || proof.state === 'broken') return 'bad'
  if (proof.state === 'clean') return 'ok'
  return proof.checkedAtMs === undefined ? 'none' : 'ok'
}
