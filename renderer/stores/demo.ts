import { create } from 'zustand'
import type { DemoFault, DemoState } from '../../shared/domain/demo.ts'
import { call, on } from '../client/client.ts'
import { whenReconnected } from './connection.ts'

/** The story of the demo; undefined in a workspace that is none. */
export const useDemo = create<{ readonly demo: DemoState | undefined }>(() => ({ demo: undefined }))

async function load(): Promise<void> {
  try {
    useDemo.setState({ demo: (await call('demo.get', {})) ?? undefined })
  } catch {
    // Without an engine there is no story; it is read again once the connection is back.
  }
}

/** Subscribes first, reads second. Returns the undo. */
export function followDemo(): () => void {
  const stops = [
    on('demo.changed', (demo) => useDemo.setState({ demo })),
    on('workspace.changed', () => void load()),
    whenReconnected(() => void load()),
  ]
  void load()
  return () => {
    for (const stop of stops) stop()
  }
}

async function thenLoad(work: Promise<unknown>): Promise<void> {
  await work
  await load()
}

export function nextStep(): Promise<void> {
  return thenLoad(call('demo.next', {}))
}

export function holdStory(isHeld: boolean): Promise<void> {
  return thenLoad(call('demo.hold', { isHeld }))
}

export function resetStory(): Promise<void> {
  return thenLoad(call('demo.reset', {}))
}

export function setSpeed(speed: number): Promise<void> {
  return thenLoad(call('demo.setSpeed', { speed }))
}

export function setFault(fault: DemoFault, isActive: boolean): Promise<void> {
  return thenLoad(call('demo.setFault', { fault, isActive }))
}
