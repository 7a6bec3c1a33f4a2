import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { HOST_METHODS } from '../../shared/ipc/contract.ts'
import { writeFileAtomic } from '../core/support/atomicFile.ts'

const schema = z.object({
  /** The workspace that was open last; null is the demo. */
  workspace: z.string().max(4096).nullable().optional(),
  window: z.unknown().optional(),
  notifications: HOST_METHODS['host.setNotifications'].input.optional().catch(undefined),
})
type State = z.infer<typeof schema>

/** What this machine remembers for this person between starts; nothing that matters is in it. */
export interface LocalState {
  read(): State
  write(change: Partial<State>): void
}

/** The file `desktop.json` in a folder. One that cannot be read counts as empty and is replaced at the next write. */
export function openLocalState(folder: string): LocalState {
  const path = join(folder, 'desktop.json')
  let state = readState(path)
  return {
    read: () => state,
    write(change) {
      state = { ...state, ...change }
      writeFileAtomic(path, `${JSON.stringify(state, null, 2)}\n`, 0o600)
    },
  }
}

function readState(path: string): State {
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return {}
  }
}
