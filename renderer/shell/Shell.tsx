import { Suspense, useEffect } from 'react'
import { screenOf } from '../screens/index.ts'
import { DemoBar } from '../screens/simulator/DemoBar.tsx'
import { useWorkspace } from '../stores/workspace.ts'
import { messages } from '../text/messages.ts'
import { Skeleton } from '../ui/states.tsx'
import { useRoute } from '../ui/router.ts'
import { ConnectionBanner } from './ConnectionBanner.tsx'
import { DoctorDialog } from './DoctorDialog.tsx'
import { Nav } from './Nav.tsx'
import { Palette } from './Palette.tsx'
import { ScreenBoundary } from './ScreenBoundary.tsx'
import { ShortcutsHelp } from './ShortcutsHelp.tsx'
import { StatusBar } from './StatusBar.tsx'
import { TitleBar } from './TitleBar.tsx'
import { useGlobalShortcuts } from './globalShortcuts.ts'

/** Title bar, navigation, the screen, status bar; the palette and the help float above. */
export function Shell() {
  const route = useRoute()
  const { Component, label } = screenOf(route.screen)
  // Screens wait for the workspace: saved table layouts belong to it.
  const isKnown = useWorkspace(({ workspace, load }) => workspace !== undefined || load.phase === 'failed')
  useGlobalShortcuts()
  useEffect(() => {
    document.title = `${label}, ${messages.shell.product}`
  }, [label])
  return (
    <div className="shell">
      <TitleBar />
      <Nav current={route.screen} />
      <main className="main" id="main" tabIndex={-1}>
        <ConnectionBanner />
        {/* The frame stands while a screen loads: nothing below it moves. */}
        <div className="screen">
          <ScreenBoundary key={route.screen}>
            <Suspense fallback={<Skeleton />}>{isKnown ? <Component /> : <Skeleton />}</Suspense>
          </ScreenBoundary>
        </div>
        <DemoBar />
      </main>
      <StatusBar />
      <Palette />
      <ShortcutsHelp />
      <DoctorDialog />
    </div>
  )
}
