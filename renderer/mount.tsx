import { createRoot } from 'react-dom/client'
import type { Root } from 'react-dom/client'
import { setTransport } from './client/client.ts'
import type { Transport } from './client/transport.ts'
import { App } from './shell/App.tsx'
import { startShell } from './shell/start.ts'
import './theme/theme.ts'

/** Opens the window's page in `element` on a transport. */
export function mount(element: Element, transport: Transport): Root {
  setTransport(transport)
  startShell()
  const root = createRoot(element)
  root.render(<App />)
  return root
}
