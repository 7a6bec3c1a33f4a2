import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { ROOT } from './electronDist.ts'

export interface Served {
  readonly url: string
  readonly workspace: string
  readonly process: ChildProcess
  /** Asks it to end, and waits until it has. */
  close(): Promise<void>
}

/** Starts `fieldgate serve` from the build and reads the address it prints. */
export async function launchServe(args: readonly string[]): Promise<Served> {
  const child = spawn(process.execPath, [join(ROOT, 'out/main/cli.js'), 'serve', '--json', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let complaints = ''
  child.stderr.on('data', (text: Buffer) => {
    complaints += text.toString()
  })
  const lines = createInterface({ input: child.stdout })
  const first = await Promise.race([once(lines, 'line'), once(child, 'exit').then(() => undefined)])
  if (first === undefined) throw new Error(`fieldgate serve ended before it served:\n${complaints}`)
  const { url, workspace } = JSON.parse(first[0] as string) as { url: string; workspace: string }
  return {
    url,
    workspace,
    process: child,
    close: async () => {
      if (child.exitCode !== null) return
      child.kill('SIGTERM')
      await once(child, 'exit')
    },
  }
}
