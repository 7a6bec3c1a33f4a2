import { errorFromData, errorToData, FieldgateError } from '../../../shared/domain/errors.ts'
import type { ErrorData } from '../../../shared/domain/errors.ts'
import type { SimulatedNode } from '../../../shared/domain/simulator.ts'
import type { Simulator } from './port.ts'

/** The part of a worker thread, or of its parent's port, that the simulator talks through. */
export interface MessageEnd {
  postMessage(message: unknown): void
  on(event: 'message', listener: (message: unknown) => void): unknown
}

/** A worker thread running `serveSimulator`. */
export interface SimulatorWorker extends MessageEnd {
  on(event: 'message', listener: (message: unknown) => void): unknown
  on(event: 'error', listener: (error: unknown) => void): unknown
  on(event: 'exit', listener: (code: number) => void): unknown
  terminate(): Promise<unknown>
}

type Command = Exclude<keyof Simulator, 'onChanged'>

interface Call {
  readonly id: number
  readonly command: Command
  readonly args: readonly unknown[]
}

type Message =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: ErrorData }
  | { readonly changed: readonly SimulatedNode[] }

/** Answers the calls that come through `port` with the simulator of this thread. */
export function serveSimulator(port: MessageEnd, simulator: Simulator): void {
  const post = (message: Message): void => port.postMessage(message)
  simulator.onChanged((changed) => post({ changed }))
  port.on('message', (message) => {
    const { id, command, args } = message as Call
    const run = simulator[command] as (...args: readonly unknown[]) => Promise<unknown>
    run(...args).then(
      (value) => post({ id, value }),
      (error: unknown) => post({ id, error: errorToData(error) }),
    )
  })
}

/**
 * The simulator in a worker thread, so that a thousand nodes cost the calling thread nothing. A thread that dies fails
 * the calls in flight with `unavailable` and every later one too. `close` ends the thread.
 */
export function connectSimulator(worker: SimulatorWorker): Simulator {
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: unknown) => void }>()
  const listeners = new Set<(nodes: readonly SimulatedNode[]) => void>()
  let nextId = 1
  let death: FieldgateError | undefined
  let closing: Promise<void> | undefined

  const die = (cause: string): void => {
    death ??= new FieldgateError('unavailable', `The simulator stopped: ${cause}.`, {
      hint: 'Open the workspace again to start it; everything committed is kept.',
      retryable: false,
    })
    for (const { reject } of waiting.values()) reject(death)
    waiting.clear()
  }

  worker.on('message', (raw: unknown) => {
    const message = raw as Message
    if ('changed' in message) {
      for (const listener of listeners) listener(message.changed)
      return
    }
    const call = waiting.get(message.id)
    waiting.delete(message.id)
    if ('error' in message) call?.reject(errorFromData(message.error))
    else call?.resolve(message.value as never)
  })
  worker.on('error', (error) => die(errorToData(error).message))
  worker.on('exit', (code) => die(`its thread ended with code ${code}`))

  const call =
    <C extends Command>(command: C) =>
    (...args: Parameters<Simulator[C]>): ReturnType<Simulator[C]> =>
      new Promise((resolve, reject) => {
        if (death !== undefined) return reject(death)
        const id = nextId++
        waiting.set(id, { resolve, reject })
        worker.postMessage({ id, command, args } satisfies Call)
      }) as ReturnType<Simulator[C]>

  return {
    add: call('add'),
    start: call('start'),
    stop: call('stop'),
    setRate: call('setRate'),
    setScenario: call('setScenario'),
    inject: call('inject'),
    reconfigure: call('reconfigure'),
    calm: call('calm'),
    setSpeed: call('setSpeed'),
    setClockOffset: call('setClockOffset'),
    list: call('list'),
    onChanged(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: () =>
      (closing ??= (async () => {
        if (death === undefined) await call('close')()
        await worker.terminate()
        listeners.clear()
      })()),
  }
}
