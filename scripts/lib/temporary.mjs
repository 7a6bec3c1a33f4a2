import { chmodSync, existsSync, mkdtempSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const MEMORY = '/dev/shm'
const ROOM_NEEDED = 3e9

/** Thousands of small databases are faster in memory; where there is none, or little of it, the usual folder serves. */
export function makeTemporaryFolder() {
  const isRoomy = existsSync(MEMORY) && statfsSync(MEMORY).bavail * statfsSync(MEMORY).bsize > ROOM_NEEDED
  const folder = mkdtempSync(join(isRoomy ? MEMORY : tmpdir(), 'fieldgate-test-'))
  // Tests that give up the rights of the superuser go on in it as somebody else.
  chmodSync(folder, 0o755)
  return folder
}
