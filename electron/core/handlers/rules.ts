import type { HandlersOf } from '../../../shared/ipc/contract.ts'
import { defaultContracts } from '../pipelines/contracts.ts'
import type { CallContext, HandlerDependencies } from './dependencies.ts'

/** `rules.*` and `contracts.*`: what decides about rows, for people to read. */
export function ruleHandlers(deps: HandlerDependencies): HandlersOf<'rules' | 'contracts', CallContext> {
  const { pipelines } = deps.config
  return {
    'rules.get': () => ({ emergency: pipelines.emergency, autoSwitch: pipelines.autoSwitch }),
    'contracts.list': () => {
      const configured = new Set(pipelines.contracts.map((contract) => contract.table.toLowerCase()))
      const defaults = defaultContracts().filter((contract) => !configured.has(contract.table.toLowerCase()))
      return [...pipelines.contracts, ...defaults]
    },
  }
}
