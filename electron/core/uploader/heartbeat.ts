import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import type { Clock } from '../support/clock.ts'
import { runLoop } from '../support/loop.ts'
import type { Loop } from '../support/loop.ts'
import type { NodeUploadStatus } from './uploader.ts'

/** What a running uploader says of itself, for a health check in another process. */
const heartbeat = z.object({
  atMs: z.number(),
  pid: z.number(),
  failing: z.array(
    z.object({
      nodeId: z.string(),
      sinceMs: z.number(),
      message: z.string(),
      nextRetryMs: z.number().optional(),
    }),
  ),
})

export type Heartbeat = z.infer<typeof heartbeat>

export const HEARTBEAT_EVERY_MS = 10_000

/** Where the heartbeat of a workspace lies. */
export function heartbeatPath(stateDir: string): string {
  return join(stateDir, 'heartbeat.json')
}

/**
 * Writes the heartbeat every ten seconds while the uploader runs. It is renamed into place but not fsynced: after a power
 * cut nobody may believe it anyway.
 */
export function startHeartbeat(
  stateDir: string,
  ports: { readonly clock: Clock; readonly pid: number; readonly onError: (error: unknown) => void },
  status: () => readonly NodeUploadStatus[],
): Loop {
  const path = heartbeatPath(stateDir)
  mkdirSync(dirname(path), { recursive: true })
  return runLoop(
    { name: 'heartbeat', everyMs: HEARTBEAT_EVERY_MS, clock: ports.clock, onError: ports.onError },
    async () => {
      const failing = status().flatMap((node) =>
        node.failure === undefined || node.failingSinceMs === undefined
          ? []
          : [
              {
                nodeId: node.nodeId,
                sinceMs: node.failingSinceMs,
                message: node.failure.message,
                nextRetryMs: node.nextRetryMs,
              },
            ],
      )
      const beat: Heartbeat = { atMs: ports.clock.now(), pid: ports.pid, failing }
      writeFileSync(`${path}.tmp`, JSON.stringify(beat))
      renameSync(`${path}.tmp`, path)
    },
  )
}

/** The last heartbeat, or undefined when there is none that can be read. */
export function readHeartbeat(stateDir: string): Heartbeat | undefined {
  try {
    return heartbeat.parse(JSON.parse(readFileSync(heartbeatPath(stateDir), 'utf8')))
  } catch {
    return undefined
  }
}
