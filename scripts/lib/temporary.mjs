import { existsSync, mkdtempSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const MEMORY = '/dev/shm'
const ROOM_NEEDED = 3e9

/** Thousands of small databases are faster in memory; where there is none, or little of it, the usual folder serves. */
export function makeTemporaryFolder() {
  const isRoomy = existsSync(MEMORY) && statfsSync(MEMORY).bavail * statfsSync(MEMORY).bsize > ROOM_NEEDED
  return mkdtempSync(join(isRoomy ? MEMORY : tmpdir(), 'fieldgate-test-'))
}
