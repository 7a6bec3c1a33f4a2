import { FieldgateError } from '../../shared/domain/errors.ts'
import type { Events, HostInput, HostMethod, HostOutput, Input, Method, Output } from '../../shared/ipc/contract.ts'
import { createHttpTransport } from './httpTransport.ts'
import { createPreloadTransport } from './preloadTransport.ts'
import { takeToken } from './token.ts'
import type { ConnectionState, EventListener, Transport } from './transport.ts'

let transport: Transport | undefined

/** Sets the one transport of the window; once, before anything is called. */
export function setTransport(next: Transport): void {
  transport = next
}

/** The transport this page can have: the preload bridge in the desktop app, else `fieldgate serve` that sent the page. */
export function findTransport(page: Window): Transport {
  if (page.fieldgate !== undefined) return createPreloadTransport(page.fieldgate)
  const token = takeToken(page)
  if (token === undefined) {
    throw new FieldgateError('denied', 'This address carries no access token.', {
      hint: 'Open the complete address that "fieldgate serve" printed.',
    })
  }
  return createHttpTransport({ origin: page.location.origin, token })
}

function current(): Transport {
  if (transport === undefined) throw new FieldgateError('internal', 'No transport was set.')
  return transport
}

/** Calls a method of the contract; rejects with a FieldgateError. */
export function call<M extends Method>(method: M, input: Input<M>, signal?: AbortSignal): Promise<Output<M>> {
  return current().call(method, input, signal === undefined ? {} : { signal }) as Promise<Output<M>>
}

/** Calls what the host itself answers. */
export function callHost<M extends HostMethod>(method: M, input: HostInput<M>): Promise<HostOutput<M>> {
  return current().call(method, input) as Promise<HostOutput<M>>
}

/** Calls a method named by data, such as a remedy; the engine checks method and input. */
export function callNamed(method: string, input: unknown): Promise<unknown> {
  return current().call(method, input)
}

/** Hears an announcement; returns the undo. */
export function on<E extends keyof Events>(event: E, listener: EventListener<E>): () => void {
  return current().on(event, listener)
}

export function connection(): ConnectionState {
  return current().connection()
}

export function onConnection(listener: () => void): () => void {
  return current().onConnection(listener)
}
