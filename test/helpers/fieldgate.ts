import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import type { ReconcileReport } from '../../shared/domain/reconcile.ts'

const ENTRY = join(import.meta.dirname, '../../electron/cli/index.ts')

export interface Finished {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly out: string
  readonly err: string
}

/** A `fieldgate` process under way. */
export interface Running {
  readonly process: ChildProcess
  /** What it has printed so far. */
  readonly out: () => string
  readonly finished: Promise<Finished>
}

export interface RunOptions {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
}

/** Starts the command as a process of its own, with nothing of the test's environment but PATH. */
export function startFieldgate(args: readonly string[], { cwd, env = {} }: RunOptions): Running {
  const child = spawn(process.execPath, [ENTRY, ...args], {
    cwd,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal, out, err }))
  })
  return { process: child, out: () => out, finished }
}

/** Runs the command to its end. */
export function runFieldgate(args: readonly string[], options: RunOptions): Promise<Finished> {
  return startFieldgate(args, options).finished
}

/** Runs the command with `--json` and returns its document. Throws with what it printed unless it ended with `code`. */
export async function askFieldgate<T>(args: readonly string[], options: RunOptions, code = 0): Promise<T> {
  const finished = await runFieldgate([...args, '--json'], options)
  if (finished.code !== code) {
    throw new Error(`fieldgate ${args.join(' ')} ended with ${finished.code}:\n${finished.err}\n${finished.out}`)
  }
  return JSON.parse(finished.out) as T
}

/** The proof of a workspace; throws when it is not clean. */
export function reconcile(options: RunOptions, args: readonly string[] = []): Promise<ReconcileReport> {
  return askFieldgate<ReconcileReport>(['reconcile', ...args], options)
}
