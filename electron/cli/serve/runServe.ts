import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { errorFromData, FieldgateError } from '../../../shared/domain/errors.ts'
import type { EngineConfig } from '../../../shared/domain/settings.ts'
import { createCallRouter } from '../../core/host/callRouter.ts'
import { openRecoveryDesk } from '../../core/host/recoveryDesk.ts'
import { openSession } from '../../core/host/session.ts'
import type { Session } from '../../core/host/session.ts'
import { systemClock } from '../../core/support/clock.ts'
import type { Log } from '../../core/support/log.ts'
import { spawnEngine } from '../../worker/spawnEngine.ts'
import { browserHost } from './browserHost.ts'
import type { OpenedSession } from './browserHost.ts'
import { findRendererFolder } from './rendererFolder.ts'
import { startWebServer } from './server.ts'
import type { WebServer } from './server.ts'

export const DRAIN_MS = 10_000

export interface ServeRun {
  /** Serve the page while the workspace is still being made; its troubles then show in `failed`. */
  readonly isEager: boolean
  readonly loadConfig: () => EngineConfig | Promise<EngineConfig>
  /** Where the workspace lies. */
  readonly folder: string
  readonly port: number
  readonly allowedHosts: readonly string[]
  readonly notices: readonly string[]
  readonly version: string
  readonly platform: string
  readonly log: Log
}

export interface ServedWindow {
  readonly web: WebServer
  readonly session: Promise<Session>
  /** Stops listening, then lets the engine finish within `deadlineMs`. True when it did. */
  close(deadlineMs?: number): Promise<boolean>
}

/**
 * Opens a workspace and serves its window on the loopback interface. Resolves when it listens; unless eager, the workspace is
 * open then. Throws what is wrong with the settings.
 */
export async function serveWorkspace(run: ServeRun): Promise<ServedWindow> {
  const rendererFolder = findRendererFolder()
  const opened = openWithDesk(run)
  const opening = opened.then(({ session }) => session)
  try {
    if (!run.isEager) throwTrouble(await opening)
    const router = createCallRouter(
      async () => (await opening).engine(),
      browserHost(opened, run.platform, run.notices),
    )
    const web = await startWebServer({
      rendererFolder,
      port: run.port,
      token: randomBytes(24).toString('base64url'),
      router,
      session: lateSession(opening),
      version: run.version,
      allowedHosts: run.allowedHosts,
    })
    return {
      web,
      session: opening,
      close: async (deadlineMs = DRAIN_MS) => {
        await web.close()
        return (await opened).desk.stop(deadlineMs)
      },
    }
  } catch (error) {
    await (await opened).desk.stop(DRAIN_MS)
    throw error
  }
}

async function openWithDesk(run: ServeRun): Promise<OpenedSession> {
  const session = await openSession({
    loadConfig: run.loadConfig,
    spawn: (config) => spawnEngine(config, run.version),
    clock: systemClock,
    log: run.log,
    onLog: ({ level, message, fields }) => run.log[level](message, fields),
  })
  return { session, desk: openRecoveryDesk({ session, folder: run.folder, clock: systemClock, log: run.log }) }
}

/** Throws why the workspace cannot run, if it cannot. */
export function throwTrouble(session: Session): void {
  const trouble = session.trouble()
  if (trouble !== undefined) throw errorFromData(trouble.error)
}

/** A session that may not be there yet: until then it is starting, and whoever listens will hear. */
function lateSession(opening: Promise<Session>): Pick<Session, 'state' | 'onEvent'> {
  let session: Session | undefined
  void opening.then((opened) => {
    session = opened
    return undefined
  })
  return {
    state: () => session?.state() ?? { name: 'starting' },
    onEvent: (listener) => {
      let isOver = false
      let end: (() => void) | undefined
      void opening.then((opened) => {
        if (!isOver) end = opened.onEvent(listener)
        return undefined
      })
      return () => {
        isOver = true
        end?.()
      }
    },
  }
}

/** Resolves when the signal aborts. */
export async function untilAborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort')
}

/** Throws unless the served window answers under its own address with its page, its health and one call. */
export async function checkServed(served: ServedWindow): Promise<void> {
  const session = await served.session
  await session.settled()
  throwTrouble(session)
  for (const path of ['/', '/api/health']) {
    const response = await fetch(`${served.web.origin}${path}`)
    await response.body?.cancel()
    if (!response.ok) {
      throw new FieldgateError('unavailable', `${path} answers ${response.status} instead of 200.`, {
        hint: 'Run "fieldgate doctor"; with --debug the engine says why it does not run.',
      })
    }
  }
  await session.engine().call('fleet.status', {})
}
