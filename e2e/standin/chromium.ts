import { spawn } from 'node:child_process'
import { EventEmitter } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { QUIET_SWITCHES, chromiumPath } from '../support/chromium.ts'

/** Parameters and results of the DevTools protocol, as far as the stand-in looks into them. */
export type Params = Readonly<Record<string, unknown>>

/** One session of the DevTools protocol: calls, and the protocol's events by name. */
export interface Session {
  send(method: string, params?: Params): Promise<Params>
  on(event: string, listener: (params: never) => void): void
  once(event: string, listener: (params: never) => void): void
}

export interface Chromium {
  readonly root: Session
  readonly session: (id: string) => Session
  onExit(listener: () => void): void
  kill(): void
}

export interface ChromiumOptions {
  readonly switches: readonly string[]
  readonly profile: string
  /** Opens the endpoint that Playwright waits for. */
  readonly debugPort: string | undefined
  readonly isHeaded: boolean
}

interface Message {
  readonly id?: number
  readonly sessionId?: string
  readonly method?: string
  readonly params?: Params
  readonly result?: Params
  readonly error?: { readonly message: string }
}

/** Starts Chromium and speaks the DevTools protocol with it over a pipe. */
export async function startChromium(options: ChromiumOptions): Promise<Chromium> {
  const child = spawn(
    chromiumPath() ?? 'chromium',
    [
      '--remote-debugging-pipe',
      ...(options.debugPort === undefined ? [] : [`--remote-debugging-port=${options.debugPort}`]),
      `--user-data-dir=${options.profile}`,
      '--no-startup-window',
      '--disable-gpu',
      '--password-store=basic',
      ...QUIET_SWITCHES,
      ...(options.isHeaded ? [] : ['--headless']),
      ...options.switches,
    ],
    { stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'] },
  )
  let said = ''
  child.stderr?.setEncoding('utf8')
  child.stderr?.on('data', (text: string) => {
    said = (said + text).slice(-20_000)
  })
  const link = openLink(child.stdio[3] as Writable, child.stdio[4] as Readable)
  child.on('exit', () => link.fail('Chromium ended.'))
  child.on('error', (error) => link.fail(`Chromium could not be started: ${error.message}`))
  await link.root.send('Browser.getVersion')
  if (options.debugPort !== undefined) process.stderr.write(`\n${await endpointLine(() => said)}\n`)
  return {
    root: link.root,
    session: link.session,
    onExit: (listener) => void child.on('exit', listener),
    kill: () => void child.kill('SIGKILL'),
  }
}

/** The line Playwright waits for, as Chromium wrote it. */
async function endpointLine(said: () => string): Promise<string> {
  for (let tries = 0; tries < 400; tries++) {
    const line = /DevTools listening on ws:\S+/.exec(said())?.[0]
    if (line !== undefined) return line
    await sleep(25)
  }
  throw new Error(`Chromium opened no DevTools endpoint: ${said()}`)
}

interface Link {
  readonly root: Session
  readonly session: (id: string) => Session
  fail(reason: string): void
}

function openLink(output: Writable, input: Readable): Link {
  const waiting = new Map<
    number,
    { resolve: (result: Params) => void; reject: (error: Error) => void; method: string }
  >()
  const emitters = new Map<string, EventEmitter>()
  let lastId = 0
  let failed: string | undefined

  const emitterOf = (id: string): EventEmitter => {
    const emitter = emitters.get(id) ?? new EventEmitter().setMaxListeners(0)
    emitters.set(id, emitter)
    return emitter
  }
  const session = (id: string): Session => ({
    send: (method, params = {}) =>
      new Promise((resolve, reject) => {
        if (failed !== undefined) return reject(new Error(failed))
        waiting.set(++lastId, { resolve, reject, method })
        output.write(`${JSON.stringify({ id: lastId, method, params, ...(id === '' ? {} : { sessionId: id }) })}\0`)
      }),
    on: (event, listener) => void emitterOf(id).on(event, listener as () => void),
    once: (event, listener) => void emitterOf(id).once(event, listener as () => void),
  })
  const receive = (message: Message): void => {
    if (message.id === undefined) {
      emitterOf(message.sessionId ?? '').emit(message.method ?? '', message.params)
      return
    }
    const call = waiting.get(message.id)
    waiting.delete(message.id)
    if (message.error === undefined) call?.resolve(message.result ?? {})
    else call?.reject(new Error(`${call.method}: ${message.error.message}`))
  }

  let rest = ''
  input.setEncoding('utf8')
  input.on('data', (text: string) => {
    const parts = (rest + text).split('\0')
    rest = parts.pop() ?? ''
    for (const part of parts) receive(JSON.parse(part) as Message)
  })
  for (const stream of [input, output]) stream.on('error', () => undefined)
  return {
    root: session(''),
    session,
    fail(reason) {
      failed = reason
      for (const { reject } of waiting.values()) reject(new Error(reason))
      waiting.clear()
    },
  }
}
