import { Suspense, useEffect } from 'react'
import { preloadScreens, screenOf } from '../screens/index.ts'
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

/** The first screen has the engine to itself for this long. */
const PRELOAD_AFTER_MS = 2_000

/** Title bar, navigation, the screen, status bar; the palette and the help float above. */
export function Shell() {
  const route = useRoute()
  const { Component, label } = screenOf(route.screen)
  // Screens wait for the workspace: saved table layouts belong to it.
  const isKnown = useWorkspace(({ workspace, load }) => workspace !== undefined || load.phase === 'failed')
  useGlobalShortcuts()
  useEffect(() => {
    if (!isKnown) return undefined
    const timer = setTimeout(preloadScreens, PRELOAD_AFTER_MS)
    return () => clearTimeout(timer)
  }, [isKnown])
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
