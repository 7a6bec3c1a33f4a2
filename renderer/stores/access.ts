import { create } from 'zustand'
import { call, callHost } from '../client/client.ts'
import type { AccessStep } from '../../shared/domain/settingsForm.ts'
import { markFirstRun } from './firstRun.ts'
import { IDLE, failedFrom, loadingFrom, readyNow } from './loadState.ts'
import type { LoadState } from './loadState.ts'

interface AccessState {
  readonly load: LoadState
  readonly steps: readonly AccessStep[]
}

/** The last walk through the store's access test. */
export const useAccess = create<AccessState>(() => ({ load: IDLE, steps: [] }))

/** Tests access step by step; the walk ends at the first failure. */
export async function testAccess(): Promise<void> {
  if (useAccess.getState().load.phase === 'loading') return
  useAccess.setState((state) => ({ load: loadingFrom(state.load) }))
  try {
    const steps = await call('access.test', {})
    useAccess.setState({ steps, load: readyNow() })
    if (steps.every(({ state }) => state === 'passed'))
      markFirstRun({ checksPassed: steps.length, isStoreChosen: true })
  } catch (error) {
    useAccess.setState((state) => ({ load: failedFrom(state.load, error) }))
  }
}

export interface NewCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  readonly keep: 'keychain' | 'session'
}

/** Hands credentials to the host; they go in and never come out. */
export async function setCredentials(credentials: NewCredentials): Promise<void> {
  await callHost('host.setCredentials', credentials)
}

export async function clearCredentials(): Promise<void> {
  await callHost('host.clearCredentials', {})
}
