import { offerUndo } from '../../stores/actions.ts'
import { switchPipelines, undoSwitch } from '../../stores/pipelines.ts'
import { currentPerson } from '../../stores/preferences.ts'
import { messages } from '../../text/messages.ts'
import { formatNoun } from '../../ui/format.ts'
import { navigate } from '../../ui/router.ts'
import { showFailure, showToast } from '../../ui/toast.tsx'

const words = messages.fleet.plan

/** Applies a switch, says what came of it and offers the undo; false when nothing was applied. */
export async function applySwitch(
  nodeIds: readonly string[],
  type: string,
  backfill: boolean,
  reason: string,
): Promise<boolean> {
  const by = currentPerson()
  try {
    const { previous, problems, rows } = await switchPipelines({ nodeIds, type, by, reason, backfill })
    const [problem] = problems
    if (problem !== undefined) {
      const title = words.someFailed(formatNoun(problems.length, 'node'))
      showToast({ state: 'bad', title, text: `${problem.nodeId}: ${problem.problem}` })
    }
    if (previous.size === 0) return problem === undefined
    const title = words.applied(formatNoun(previous.size, 'node'), type)
    const undo = () => undoSwitch(previous, by, words.undoReason)
    offerUndo(title, undo)
    showToast({
      state: 'ok',
      title,
      text: words.appliedText(formatNoun(rows, 'row')),
      actions: [
        {
          label: messages.actions.undo,
          run: () => void undo().catch((error: unknown) => showFailure(messages.shell.undoFailed, error)),
        },
        { label: words.history, run: () => navigate('pipelines') },
      ],
    })
    return true
  } catch (error) {
    showFailure(words.failed, error)
    return false
  }
}
