import { useEffect, useState } from 'react'
import { errorToData } from '../../../shared/domain/errors.ts'
import type { NodeSummary } from '../../../shared/domain/node.ts'
import type { PipelinePlan } from '../../../shared/domain/pipelines.ts'
import { offerUndo } from '../../stores/actions.ts'
import { planSwitch, switchPipelines, undoSwitch } from '../../stores/pipelines.ts'
import { currentPerson } from '../../stores/preferences.ts'
import { useWorkspace } from '../../stores/workspace.ts'
import { messages } from '../../text/messages.ts'
import { Button } from '../../ui/Button.tsx'
import { RadioOption, SelectField } from '../../ui/fields.tsx'
import { formatBytes, formatNoun } from '../../ui/format.ts'
import { Icon } from '../../ui/Icon.tsx'
import { TypeTag, TypeGlyph, typeKind } from '../../ui/marks/TypeTag.tsx'
import { showFailure, showToast } from '../../ui/toast.tsx'

const words = messages.node.pipeline

/** The pipeline type of the node: from, to, what each choice covers in rows, the reason, and the switch. */
export function PipelinePanel({ node }: { readonly node: NodeSummary }) {
  const types = useWorkspace((state) => state.workspace?.pipelineTypes) ?? []
  const [type, setType] = useState<string>()
  const [isBackfill, setBackfill] = useState(false)
  const [reason, setReason] = useState('')
  const [isBusy, setBusy] = useState(false)
  const { plan, problem } = usePlan(node.nodeId, type)
  const current = node.pipelineType
  const isSame = type === undefined || type === current
  const apply = async () => {
    if (type === undefined) return
    setBusy(true)
    if (await switchNode(node.nodeId, type, isBackfill, reason)) {
      setType(undefined)
      setReason('')
    }
    setBusy(false)
  }
  return (
    <section>
      <h2 className="h2">{words.title}</h2>
      <div className="row nd-types">
        <span className="select nd-current">{current === undefined ? '' : <TypeTag type={current} />}</span>
        <Icon name="arrow" size={14} />
        <SelectField
          aria-label={words.title}
          placeholder={words.switch}
          data={[...types]}
          value={type ?? null}
          onChange={(next) => setType(next === null ? undefined : String(next))}
          leftSection={
            type === undefined ? undefined : (
              <span className={`type type-${typeKind(type)}`}>
                <TypeGlyph type={type} />
              </span>
            )
          }
          renderOption={({ option }) => <TypeTag type={String(option.value)} />}
        />
      </div>
      {plan !== undefined && !isSame && (
        <div className="col nd-options">
          <RadioOption
            boxed
            name="nd-backfill"
            isChosen={!isBackfill}
            onChoose={() => setBackfill(false)}
            title={<b className="medium">{words.continue}</b>}
          >
            {words.continueText(formatNoun(plan.continueRows, 'row'), type)}
          </RadioOption>
          <RadioOption
            boxed
            name="nd-backfill"
            isChosen={isBackfill}
            onChoose={() => setBackfill(true)}
            title={<b className="medium">{words.backfill}</b>}
          >
            {words.backfillText(formatNoun(plan.backfillRows, 'row'), formatBytes(plan.backfillBytes))}
          </RadioOption>
        </div>
      )}
      <form
        className="row nd-apply"
        onSubmit={(event) => {
          event.preventDefault()
          if (!isSame && !isBusy) void apply()
        }}
      >
        <div className="input grow">
          <input
            className="small"
            aria-label={words.reason}
            placeholder={words.reason}
            value={reason}
            maxLength={2000}
            onChange={(event) => setReason(event.target.value)}
          />
        </div>
        <Button kind="primary" disabled={isSame || isBusy} onClick={() => void apply()}>
          {words.switch}
        </Button>
      </form>
      <p className="micro t3 nd-note">
        {problem ?? (current !== undefined && (plan?.openClaims ?? 0) > 0 ? words.note(current) : '')}
      </p>
    </section>
  )
}

type PlannedNode = PipelinePlan['nodes'][number]

function usePlan(
  nodeId: string,
  type: string | undefined,
): { readonly plan: PlannedNode | undefined; readonly problem: string | undefined } {
  const [state, setState] = useState<{ readonly plan: PlannedNode | undefined; readonly problem: string | undefined }>({
    plan: undefined,
    problem: undefined,
  })
  useEffect(() => {
    setState({ plan: undefined, problem: undefined })
    if (type === undefined) return undefined
    const abort = new AbortController()
    planSwitch([nodeId], type, abort.signal).then(
      ({ nodes: [own] }) => !abort.signal.aborted && setState({ plan: own, problem: own?.problem }),
      (error: unknown) => {
        if (!abort.signal.aborted) setState({ plan: undefined, problem: errorToData(error).message })
      },
    )
    return () => abort.abort()
  }, [nodeId, type])
  return state
}

async function switchNode(nodeId: string, type: string, backfill: boolean, reason: string): Promise<boolean> {
  const by = currentPerson()
  try {
    const { previous, problems } = await switchPipelines({ nodeIds: [nodeId], type, by, reason, backfill })
    const [problem] = problems
    if (problem !== undefined) {
      showToast({ state: 'bad', title: words.failed, text: problem.problem })
      return false
    }
    const title = words.done(nodeId, type)
    const undo = () => undoSwitch(previous, by, words.undoReason)
    if (previous.size > 0) offerUndo(title, undo)
    showToast({
      state: 'ok',
      title,
      actions: previous.size === 0 ? [] : [{ label: messages.actions.undo, run: () => void undo() }],
    })
    return true
  } catch (error) {
    showFailure(words.failed, error)
    return false
  }
}
