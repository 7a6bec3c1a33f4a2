import { useRef, useState } from 'react'
import { useFleet } from '../../stores/fleet.ts'
import { useNodes } from '../../stores/nodes.ts'
import { useWorkspace } from '../../stores/workspace.ts'
import { messages } from '../../text/messages.ts'
import { Button } from '../../ui/Button.tsx'
import { Diff } from '../../ui/Code.tsx'
import { copyText } from '../../ui/copy.ts'
import { RadioOption, SelectField } from '../../ui/fields.tsx'
import { formatBytes, formatNoun, formatWholeDuration } from '../../ui/format.ts'
import { Icon } from '../../ui/Icon.tsx'
import { TypeGlyph, TypeTag, typeKind } from '../../ui/marks/TypeTag.tsx'
import { useShortcut } from '../../ui/shortcuts.ts'
import { showToast } from '../../ui/toast.tsx'
import { applySwitch } from './applySwitch.ts'
import { selectNodes, setFleetView } from './fleetView.ts'
import { planDiff, planTotals, switchCommands } from './planSummary.ts'
import type { PlanTotals } from './planSummary.ts'
import { usePlan } from './usePlan.ts'

const words = messages.fleet.plan

/** The plan of a switch: from, to, continue or backfill in rows, the diff, the reason, and Apply with its count. */
export function SwitchPlan({
  nodeIds,
  type,
}: {
  readonly nodeIds: ReadonlySet<string>
  readonly type: string | undefined
}) {
  const [isBackfill, setBackfill] = useState(false)
  const [isApplying, setApplying] = useState(false)
  const reason = useRef<HTMLInputElement>(null)
  const { plan, error } = usePlan(nodeIds, type)
  const totals = plan === undefined ? undefined : planTotals(plan)
  const canApply = totals !== undefined && totals.changing > 0 && !isApplying
  const discard = () => setFleetView({ planType: null })
  const apply = async () => {
    if (!canApply || type === undefined) return
    setApplying(true)
    const isDone = await applySwitch([...nodeIds], type, isBackfill, reason.current?.value ?? '')
    setApplying(false)
    if (isDone) selectNodes(new Set())
  }
  const copy = async () => {
    if (type === undefined) return
    const commands = switchCommands([...nodeIds], type, isBackfill, reason.current?.value ?? '')
    if (await copyText(commands)) showToast({ state: 'ok', title: messages.actions.copied, text: commands })
  }
  useShortcut('Ctrl Shift C', messages.actions.copyCli, () => void copy(), type !== undefined)
  useShortcut('Ctrl Enter', words.apply(formatNoun(nodeIds.size, 'node')), () => void apply(), canApply)
  return (
    <>
      <div className="planbody">
        <div>
          <Types nodeIds={nodeIds} type={type} />
          {totals !== undefined && type !== undefined && (
            <Choices type={type} totals={totals} isBackfill={isBackfill} onChoose={setBackfill} />
          )}
        </div>
        <div>
          {plan !== undefined && <Diff lines={planDiff(plan, { ...words, more: messages.fleet.more })} />}
          <p className="small t2 planwords">{planWords(totals, error?.message)}</p>
        </div>
      </div>
      <div className="plf">
        <div className="input grow">
          <input ref={reason} className="small" placeholder={words.reason} aria-label={words.reason} maxLength={2000} />
        </div>
        <Button kind="ghost" icon="copy" disabled={type === undefined} onClick={() => void copy()}>
          {messages.actions.copyCli}
        </Button>
        <Button kind="ghost" keys="Esc" onClick={discard}>
          {messages.actions.discard}
        </Button>
        <Button kind="primary" keys="Ctrl Enter" disabled={!canApply} onClick={() => void apply()}>
          {words.apply(formatNoun(totals?.changing ?? nodeIds.size, 'node'))}
        </Button>
      </div>
    </>
  )
}

function planWords(totals: PlanTotals | undefined, problem: string | undefined): string {
  if (problem !== undefined) return `${words.planFailed} ${problem}`
  if (totals === undefined) return words.choose
  const [refused] = totals.problems
  if (refused !== undefined) return `${refused.nodeId}: ${refused.problem}`
  if (totals.changing === 0) return words.unchanged
  const { openClaims } = totals
  const claims =
    openClaims === 0 ? '' : words.claims(formatNoun(openClaims, 'unfinished claim'), words.finish(openClaims))
  return `${claims}${words.bucketStays}`
}

function Types({ nodeIds, type }: { readonly nodeIds: ReadonlySet<string>; readonly type: string | undefined }) {
  const byId = useNodes((state) => state.byId)
  const types = useWorkspace((state) => state.workspace?.pipelineTypes) ?? []
  const from = new Set([...nodeIds].map((id) => byId.get(id)?.pipelineType))
  const [first] = from
  return (
    <div className="plantypes">
      <b className="medium">{words.title}</b>
      {from.size === 1 && first !== undefined ? <TypeTag type={first} /> : <span className="t2">{words.mixed}</span>}
      <Icon name="arrow" size={12} />
      <SelectField
        aria-label={words.chooseType}
        placeholder={words.chooseType}
        data={[...types]}
        value={type ?? null}
        onChange={(next) => setFleetView({ planType: next === null ? undefined : String(next) })}
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
  )
}

function Choices({
  type,
  totals,
  isBackfill,
  onChoose,
}: {
  readonly type: string
  readonly totals: PlanTotals
  readonly isBackfill: boolean
  readonly onChoose: (isBackfill: boolean) => void
}) {
  const cap = useFleet((state) => state.status?.link.capBytesPerSecond)
  const { continueRows, backfillRows, backfillBytes } = totals
  const time = cap === undefined ? undefined : formatWholeDuration((backfillBytes / cap) * 1000)
  const cost = [formatNoun(backfillRows, 'row'), words.about(formatBytes(backfillBytes)), time]
  return (
    <div className="col gap-2">
      <RadioOption name="backfill" isChosen={!isBackfill} onChoose={() => onChoose(false)} title={words.continue}>
        {words.continueRows(formatNoun(continueRows, 'waiting row'), type)}
      </RadioOption>
      <RadioOption name="backfill" isChosen={isBackfill} onChoose={() => onChoose(true)} title={words.backfill(type)}>
        {cost.filter((part) => part !== undefined).join(', ')}
      </RadioOption>
    </div>
  )
}
