import { FieldgateError } from '../../../shared/domain/errors.ts'
import type { HandlersOf } from '../../../shared/ipc/contract.ts'
import type { Demo } from '../demo/demo.ts'
import type { CallContext } from './dependencies.ts'

/** `demo.*`: story and faults. `demo.get` answers null where the workspace is no demo; everything else is refused there. */
export function demoHandlers(openDemo: () => Demo | undefined): HandlersOf<'demo', CallContext> {
  const change = async (work: (demo: Demo) => Promise<void>): Promise<null> => {
    const demo = openDemo()
    if (demo === undefined) {
      throw new FieldgateError('unsupported', 'This workspace is not a demo.', {
        hint: 'Open a demo workspace: faults are never made on real nodes and buckets.',
      })
    }
    await work(demo)
    return null
  }
  return {
    'demo.get': () => openDemo()?.state() ?? null,
    'demo.next': () => change((demo) => demo.next()),
    'demo.hold': ({ isHeld }) => change((demo) => demo.hold(isHeld)),
    'demo.reset': () => change((demo) => demo.reset()),
    'demo.setSpeed': ({ speed }) => change((demo) => demo.setSpeed(speed)),
    'demo.setFault': ({ fault, isActive }) => change((demo) => demo.setFault(fault, isActive)),
  }
}
