import { dirname } from 'node:path'
import { finding } from '../port.ts'
import type { DoctorPorts, Finding, WorkspaceCheck } from '../port.ts'
import { formatBytes, formatDuration } from '../words.ts'

const BAD_BYTES = 256 << 20
const WARN_BYTES = 1 << 30
const SOON_MS = 24 * 3_600_000
/** Shorter than this, a shrinking disk may be an installer at work. */
const TREND_MS = 15 * 60_000
const WHY = 'A full disk stops the sensor and the ledger; rows already committed stay, new ones are lost at the source.'

/** There is room, and will be: on the disk of the state folder, of the embedded store and of the nodes. */
export const diskCheck: WorkspaceCheck = {
  id: 'disk',
  scope: 'workspace',
  isCheap: true,
  examine(ports) {
    const { store, stateDir } = ports.config
    const objects = store.kind === 'embedded' ? [store.folder] : []
    const folders = new Set([stateDir, ...objects, ...ports.config.nodes.map((node) => dirname(node.sqlite))])
    const seen = new Set<string>()
    return [...folders].flatMap((folder) => {
      const space = ports.freeSpace(folder)
      if (space === undefined) return []
      // Folders of one disk say the same; one finding is enough.
      const disk = `${space.totalBytes} ${Math.round(space.freeBytes / (64 << 20))}`
      if (seen.has(disk)) return []
      seen.add(disk)
      return [judge(ports, folder, space.freeBytes, space.totalBytes)]
    })
  },
}

function judge(ports: DoctorPorts, folder: string, freeBytes: number, totalBytes: number): Finding {
  const fullIn = forecast(ports, folder, freeBytes)
  const soon = fullIn !== undefined && fullIn < SOON_MS
  const verdict = freeBytes < BAD_BYTES ? 'bad' : freeBytes < WARN_BYTES || soon ? 'warn' : 'ok'
  const rest = fullIn === undefined || verdict === 'ok' ? '' : ` At this rate it is full in ${formatDuration(fullIn)}.`
  const evidence = `${folder}: ${formatBytes(freeBytes)} of ${formatBytes(totalBytes)} free.${rest}`
  if (verdict === 'ok') return finding('disk', folder, 'ok', { title: 'There is room on the disk', evidence, why: WHY })
  return finding('disk', folder, verdict, {
    title: 'The disk fills',
    evidence,
    why: WHY,
    remedy: {
      verb: 'Copy command',
      detail: 'Free space: delivered rows may be purged from the nodes, and objects of the embedded store moved away.',
      command: `du -xh --max-depth=2 ${folder} | sort -h | tail`,
    },
    notice: {
      cause: folder,
      severity: verdict,
      message: `${formatBytes(freeBytes)} left on the disk${fullIn === undefined ? '' : `, full in ${formatDuration(fullIn)}`}`,
      detail: folder,
      sinceMs: undefined,
      nextRetryMs: undefined,
    },
  })
}

/** Time until the disk is full, from the oldest sample kept to now; undefined while no trend shows. */
function forecast(ports: DoctorPorts, folder: string, freeBytes: number): number | undefined {
  const now = ports.clock.now()
  const first = ports.disk.note(folder, { atMs: now, freeBytes })
  if (now - first.atMs < TREND_MS) return undefined
  const perMs = (first.freeBytes - freeBytes) / (now - first.atMs)
  return perMs * 3_600_000 < 1 << 20 ? undefined : freeBytes / perMs
}
