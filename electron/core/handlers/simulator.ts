import { FieldgateError } from '../../../shared/domain/errors.ts'
import type { HandlersOf } from '../../../shared/ipc/contract.ts'
import { SENSOR_FIELDS } from '../simulator/fields.ts'
import type { SensorField } from '../simulator/fields.ts'
import { nearestKey } from '../simulator/nearestKey.ts'
import type { Simulator } from '../simulator/port.ts'
import type { Scenario } from '../simulator/scenario.ts'
import type { CallContext } from './dependencies.ts'

interface SimulatorParts {
  /** Undefined in a workspace whose nodes are real. */
  readonly simulator: () => Simulator | undefined
  readonly scenarios: () => ReadonlyMap<string, Scenario>
}

/** `simulator.*`: the simulated nodes of a demo workspace. In any other the list is empty and changes are refused. */
export function simulatorHandlers(parts: SimulatorParts): HandlersOf<'simulator', CallContext> {
  const simulator = (): Simulator => {
    const found = parts.simulator()
    if (found !== undefined) return found
    throw new FieldgateError('unsupported', 'The nodes of this workspace are real; there is nothing to simulate.', {
      hint: 'Open a demo workspace, or write a database of your own with: fieldgate sensor.',
    })
  }
  return {
    'simulator.list': async () => (await parts.simulator()?.list()) ?? [],
    'simulator.scenarios': () =>
      [...parts.scenarios().values()].map(({ id, label, description }) => ({ id, label, description })),
    'simulator.start': async ({ nodeIds }) => done(simulator().start(nodeIds)),
    'simulator.stop': async ({ nodeIds }) => done(simulator().stop(nodeIds)),
    'simulator.setRate': async ({ nodeIds, ratePerSecond }) => done(simulator().setRate(nodeIds, ratePerSecond)),
    'simulator.setScenario': async ({ nodeIds, scenario }) => done(simulator().setScenario(nodeIds, scenario)),
    'simulator.inject': async ({ nodeIds, type, seconds, field }) =>
      done(simulator().inject(nodeIds, { type, seconds, field: field === undefined ? undefined : toField(field) })),
  }
}

async function done(work: Promise<void>): Promise<null> {
  await work
  return null
}

function toField(name: string): SensorField {
  const field = SENSOR_FIELDS.find((known) => known === name)
  if (field !== undefined) return field
  const nearest = nearestKey(name, SENSOR_FIELDS)
  throw new FieldgateError('invalid', `A sensor has no field "${name}".`, {
    hint: nearest === undefined ? `Known: ${SENSOR_FIELDS.join(', ')}.` : `Did you mean "${nearest}"?`,
  })
}
