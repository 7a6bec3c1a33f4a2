import { create } from 'zustand'
import type { AutoSwitchRule, EmergencyRules, TableContract } from '../../shared/domain/settings.ts'
import { call } from '../client/client.ts'
import { IDLE, failedFrom, loadingFrom, readyNow } from './loadState.ts'
import type { LoadState } from './loadState.ts'

interface RulesState {
  readonly load: LoadState
  readonly emergency: EmergencyRules | undefined
  readonly autoSwitch: AutoSwitchRule | undefined
  readonly contracts: readonly TableContract[]
}

/** The rules and contracts of the workspace, as they hold. */
export const useRules = create<RulesState>(() => ({
  load: IDLE,
  emergency: undefined,
  autoSwitch: undefined,
  contracts: [],
}))

export async function loadRules(): Promise<void> {
  useRules.setState((state) => ({ load: loadingFrom(state.load) }))
  try {
    const [rules, contracts] = await Promise.all([call('rules.get', {}), call('contracts.list', {})])
    useRules.setState({ ...rules, contracts, load: readyNow() })
  } catch (error) {
    useRules.setState((state) => ({ load: failedFrom(state.load, error) }))
  }
}
