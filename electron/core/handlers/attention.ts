import { errorToData } from '../../../shared/domain/errors.ts'
import type { HandlersOf } from '../../../shared/ipc/contract.ts'
import { createAttention } from '../doctor/attention.ts'
import type { Attention } from '../doctor/attention.ts'
import type { Doctor } from '../doctor/doctor.ts'
import type { CallContext, HandlerDependencies } from './dependencies.ts'

/** The attention list of an engine: `start` and `stop` it with the others; it announces `attention.changed`. */
export function createEngineAttention(deps: HandlerDependencies, doctor: Doctor): Attention {
  const attention = createAttention({
    doctor,
    clock: deps.clock,
    nodes: () => deps.config.nodes,
    onChange: (entries) => deps.bus.emit('attention.changed', entries),
    onError: (error) => deps.log.error('A look at the fleet failed.', { cause: errorToData(error).message }),
  })
  // What just failed is told now; many failures at once are told together.
  let nudgedAtMs = Number.NEGATIVE_INFINITY
  deps.bus.on('executions.changed', (execution) => {
    const now = deps.clock.now()
    if (execution.failure === undefined || now - nudgedAtMs < NUDGE_EVERY_MS) return
    nudgedAtMs = now
    attention.nudge()
  })
  return attention
}

const NUDGE_EVERY_MS = 2_000

/** `attention.*`: what needs a person, worst first. */
export function attentionHandlers(attention: () => Attention): HandlersOf<'attention', CallContext> {
  return { 'attention.list': (_input, { signal }) => attention().list(signal) }
}
