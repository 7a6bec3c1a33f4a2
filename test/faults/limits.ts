import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Finished, RunOptions } from '../helpers/fieldgate.ts'

const ENTRY = join(import.meta.dirname, '../../electron/cli/index.ts')

/** Runs the command under a limit of the shell, such as `ulimit -n 32`. A file that grows too large is an error, not a signal. */
export function runLimited(limit: string, args: readonly string[], { cwd, env = {} }: RunOptions): Promise<Finished> {
  const script = `trap '' XFSZ; ${limit} && exec "$0" "$@"`
  const child = spawn('bash', ['-c', script, process.execPath, ENTRY, ...args], {
    cwd,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal, out, err }))
  })
}
