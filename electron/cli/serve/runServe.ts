import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { errorFromData, FieldgateError } from '../../../shared/domain/errors.ts'
import type { EngineConfig } from '../../../shared/domain/settings.ts'
import { createCallRouter } from '../../core/host/callRouter.ts'
import { openSession } from '../../core/host/session.ts'
import type { Session } from '../../core/host/session.ts'
import { systemClock } from '../../core/support/clock.ts'
import type { Log } from '../../core/support/log.ts'
import { spawnEngine } from '../../worker/spawnEngine.ts'
import { browserHost } from './browserHost.ts'
import { findRendererFolder } from './rendererFolder.ts'
import { startWebServer } from './server.ts'
import type { WebServer } from './server.ts'

export const DRAIN_MS = 10_000

export interface ServeRun {
  readonly loadConfig: () => EngineConfig | Promise<EngineConfig>
  readonly port: number
  readonly allowedHosts: readonly string[]
  readonly notices: readonly string[]
  readonly version: string
  readonly platform: string
  readonly log: Log
}

export interface ServedWindow {
  readonly web: WebServer
  readonly session: Session
  /** Stops listening, then lets the engine finish within `deadlineMs`. True when it did. */
  close(deadlineMs?: number): Promise<boolean>
}

/** Opens a workspace and serves its window on the loopback interface. Resolves when both listen and run. */
export async function serveWorkspace(run: ServeRun): Promise<ServedWindow> {
  const rendererFolder = findRendererFolder()
  const session = await openSession({
    loadConfig: run.loadConfig,
    spawn: (config) => spawnEngine(config, run.version),
    clock: systemClock,
    log: run.log,
    onLog: ({ level, message, fields }) => run.log[level](message, fields),
  })
  try {
    const trouble = session.trouble()
    if (trouble !== undefined) throw errorFromData(trouble.error)
    const router = createCallRouter(() => session.engine(), browserHost(session, run.platform, run.notices))
    const web = await startWebServer({
      rendererFolder,
      port: run.port,
      token: randomBytes(24).toString('base64url'),
      router,
      session,
      version: run.version,
      allowedHosts: run.allowedHosts,
    })
    return {
      web,
      session,
      close: async (deadlineMs = DRAIN_MS) => {
        await web.close()
        return session.stop(deadlineMs)
      },
    }
  } catch (error) {
    await session.stop(DRAIN_MS)
    throw error
  }
}

/** Resolves when the signal aborts. */
export async function untilAborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort')
}

/** Throws unless the served window answers under its own address with its page, its health and one call. */
export async function checkServed(served: ServedWindow): Promise<void> {
  await served.session.settled()
  const trouble = served.session.trouble()
  if (trouble !== undefined) throw errorFromData(trouble.error)
  for (const path of ['/', '/api/health']) {
    const response = await fetch(`${served.web.origin}${path}`)
    await response.body?.cancel()
    if (!response.ok) {
      throw new FieldgateError('unavailable', `${path} answers ${response.status} instead of 200.`, {
        hint: 'Run "fieldgate doctor"; with --debug the engine says why it does not run.',
      })
    }
  }
  await served.session.engine().call('fleet.status', {})
}
