import { useEffect, useState } from 'react'
import { errorToData } from '../../../shared/domain/errors.ts'
import type { ErrorData } from '../../../shared/domain/errors.ts'
import type { PipelinePlan } from '../../../shared/domain/pipelines.ts'
import { isCancelled } from '../../stores/loadState.ts'
import { planSwitch } from '../../stores/pipelines.ts'

interface PlanState {
  readonly plan: PipelinePlan | undefined
  readonly error: ErrorData | undefined
}

const NOTHING: PlanState = { plan: undefined, error: undefined }
const SETTLE_MS = 120

/** The plan of switching `nodeIds` to `type`, read anew after each change; the plan before stays until then. */
export function usePlan(nodeIds: ReadonlySet<string>, type: string | undefined): PlanState {
  const [state, setState] = useState(NOTHING)
  useEffect(() => {
    if (type === undefined || nodeIds.size === 0) {
      setState(NOTHING)
      return undefined
    }
    const abort = new AbortController()
    const timer = setTimeout(() => {
      planSwitch([...nodeIds], type, abort.signal).then(
        (plan) => !abort.signal.aborted && setState({ plan, error: undefined }),
        (error: unknown) => !isCancelled(error) && setState({ plan: undefined, error: errorToData(error) }),
      )
    }, SETTLE_MS)
    return () => {
      clearTimeout(timer)
      abort.abort()
    }
  }, [nodeIds, type])
  return state
}
