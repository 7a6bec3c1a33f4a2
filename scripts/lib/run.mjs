import { spawn } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { ROOT } from './paths.mjs'

/** The environment of children: the tools of node_modules first, so that every `node` is the pinned one. */
export function childEnv(extra = {}) {
  return { ...process.env, ...extra, PATH: [join(ROOT, 'node_modules', '.bin'), process.env.PATH].join(delimiter) }
}

/**
 * Runs a command in the checkout and keeps what it prints. Resolves to { code, output, isLate }; never rejects. A signal to this
 * process goes to the child too. With `limitMs` it is ended once that has passed, with everything it started, and `isLate` is true.
 */
export function capture(command, args, { env = {}, cwd = ROOT, limitMs } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: childEnv(env),
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32' && !command.endsWith('.exe'),
      // A group of its own, so that the processes it started end with it.
      detached: limitMs !== undefined && process.platform !== 'win32',
    })
    const forget = forwardSignals(child)
    let output = ''
    let isLate = false
    const end = () => {
      isLate = true
      if (process.platform === 'win32' || child.pid === undefined) child.kill('SIGKILL')
      else process.kill(-child.pid, 'SIGKILL')
    }
    const limit = limitMs === undefined ? undefined : setTimeout(end, limitMs)
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (output += bytes))
    child.on('error', (error) => (output += `${error.message}\n`))
    child.on('close', (code) => {
      clearTimeout(limit)
      forget()
      resolve({ code: code ?? 1, output, isLate })
    })
  })
}

/** Runs a command that talks to the person itself. Resolves to its exit code. */
export function inherit(command, args, { env = {}, cwd = ROOT } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env: childEnv(env), stdio: 'inherit' })
    const forget = forwardSignals(child)
    child.on('error', (error) => process.stderr.write(`error: ${error.message}\n`))
    child.on('close', (code, signal) => {
      forget()
      resolve(code ?? (signal === null ? 1 : 0))
    })
  })
}

function forwardSignals(child) {
  const forward = (signal) => child.kill(signal)
  process.on('SIGINT', forward)
  process.on('SIGTERM', forward)
  return () => {
    process.off('SIGINT', forward)
    process.off('SIGTERM', forward)
  }
}

/** Seconds with one decimal, for people. */
export function seconds(startedAt) {
  return `${((performance.now() - startedAt) / 1000).toFixed(1)} s`
}
