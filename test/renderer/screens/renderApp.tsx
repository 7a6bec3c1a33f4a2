import '../setup.ts'
import { render } from '@testing-library/react'
import { setTransport } from '../../../renderer/client/client.ts'
import { App } from '../../../renderer/shell/App.tsx'
import { startShell } from '../../../renderer/shell/start.ts'
import { IDLE } from '../../../renderer/stores/loadState.ts'
import { useNodes } from '../../../renderer/stores/nodes.ts'
import { useWorkspace } from '../../../renderer/stores/workspace.ts'
import { createFakeTransport } from '../fixtures/fakeTransport.ts'
import type { FakeHandlers, FakeTransport } from '../fixtures/fakeTransport.ts'
import { demoHandlers } from '../fixtures/handlers.ts'
import { demoNodes } from '../fixtures/nodes.ts'

let stop: (() => void) | undefined

/** Opens the whole window on a demo fleet at a place such as `fleet`; some answers may be replaced. */
export function renderApp(place: string, handlers: FakeHandlers = {}): FakeTransport {
  stop?.()
  const nowMs = Date.now()
  const transport = createFakeTransport({ ...demoHandlers(demoNodes(nowMs), nowMs), ...handlers })
  useNodes.setState({ load: IDLE, byId: new Map(), list: [] })
  useWorkspace.setState({ load: IDLE, workspace: undefined, host: undefined })
  window.location.hash = `#/${place}`
  setTransport(transport)
  stop = startShell()
  render(<App />)
  return transport
}

/** The inputs of every call of a method, in order. */
export function inputsOf(transport: FakeTransport, method: string): readonly unknown[] {
  return transport.calls.filter((call) => call.method === method).map(({ input }) => input)
}
