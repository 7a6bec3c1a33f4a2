import { useConnection } from '../stores/connection.ts'
import { messages } from '../text/messages.ts'
import { Age } from '../ui/Age.tsx'
import { LampMark } from '../ui/marks/Lamp.tsx'
import { Banner } from '../ui/states.tsx'

/** Says that the engine is out of reach and since when; the values on screen stay. */
export function ConnectionBanner() {
  const state = useConnection((connection) => connection.state)
  if (state.kind === 'connected') return null
  const { status } = messages.shell
  return (
    <Banner tone="warn" icon={<LampMark state="off" />}>
      <b>
        {status.reconnecting} <Age sinceMs={state.sinceMs} />.
      </b>{' '}
      {status.reconnectingTail}
    </Banner>
  )
}
