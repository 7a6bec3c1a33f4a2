import { MantineProvider, createTheme } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { Recovery } from '../screens/recovery/Recovery.tsx'
import { useWorkspace } from '../stores/workspace.ts'
import { useRoute } from '../ui/router.ts'
import { Shell } from './Shell.tsx'

// The page's CSP forbids style elements, so Mantine writes none: its variables, classes and component styles are off,
// and every component takes its look from the classes of theme/*.css.
const THEME = createTheme({ respectReducedMotion: true, cursorType: 'default' })

/** The whole page: recovery when the host says so, else the shell with its screens. */
export function App() {
  const { screen } = useRoute()
  const isBroken = useWorkspace((state) => state.host?.recovery !== undefined)
  return (
    <MantineProvider
      theme={THEME}
      defaultColorScheme="dark"
      forceColorScheme="dark"
      withCssVariables={false}
      withGlobalClasses={false}
    >
      {screen === 'recovery' || isBroken ? <Recovery /> : <Shell />}
      <Notifications
        unstyled
        position="bottom-right"
        transitionDuration={0}
        limit={4}
        renderNotification={({ message }) => message}
        className="toasts"
      />
    </MantineProvider>
  )
}
