import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  watch,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'

/**
 * Claims a user data folder for this process. The first caller gets the function that gives it back, and hears of every later
 * one; later ones get undefined. A claim of a process that is gone falls to the next.
 */
export function claimInstance(
  folder: string,
  argv: readonly string[],
  onSecond: (argv: string[], cwd: string) => void,
): (() => void) | undefined {
  const box = join(folder, 'standin-instances')
  const lock = join(box, 'lock')
  mkdirSync(box, { recursive: true })
  for (let tries = 0; tries < 2; tries++) {
    if (takeLock(lock)) return listen(box, lock, onSecond)
    if (isAlive(Number(readFileSync(lock, 'utf8')))) break
    rmSync(lock, { force: true })
  }
  writeFileSync(join(box, `second-${process.pid}.json`), JSON.stringify({ argv, cwd: process.cwd() }))
  return undefined
}

function takeLock(lock: string): boolean {
  try {
    const handle = openSync(lock, 'wx')
    writeSync(handle, String(process.pid))
    closeSync(handle)
    return true
  } catch {
    return false
  }
}

function listen(box: string, lock: string, onSecond: (argv: string[], cwd: string) => void): () => void {
  const watcher = watch(box, { persistent: false }, () => {
    for (const name of readdirSync(box)) {
      if (!name.startsWith('second-')) continue
      try {
        const { argv, cwd } = JSON.parse(readFileSync(join(box, name), 'utf8')) as { argv: string[]; cwd: string }
        rmSync(join(box, name))
        onSecond(argv, cwd)
      } catch {
        // Not written to its end yet: the next change of the folder comes for it.
      }
    }
  })
  return () => {
    watcher.close()
    rmSync(lock, { force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return pid > 0
  } catch {
    return false
  }
}
