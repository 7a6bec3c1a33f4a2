import { useMemo, useState } from 'react'
import { useNodes } from '../../stores/nodes.ts'
import { addNodes, scanFolder, useScan } from '../../stores/scan.ts'
import { pickFile, pickFolder, useWorkspace } from '../../stores/workspace.ts'
import { messages } from '../../text/messages.ts'
import { Button } from '../../ui/Button.tsx'
import { TextField } from '../../ui/fields.tsx'
import { formatNoun } from '../../ui/format.ts'
import { navigate } from '../../ui/router.ts'
import { useShortcut } from '../../ui/shortcuts.ts'
import { showFailure, showToast } from '../../ui/toast.tsx'
import { AddEffect } from './AddEffect.tsx'
import { folderOf, isAddable, planAdd } from './addPlan.ts'
import type { AddChoices, AddPlan } from './addPlan.ts'
import { NodeList } from './NodeList.tsx'
import { ScanResult } from './ScanResult.tsx'

const words = messages.settings.nodes
const NOTHING_CHOSEN: AddChoices = {
  selected: new Set(),
  tables: {},
  timestamps: {},
  site: '',
  labels: '',
  pattern: '{file}',
}

/** Scan a folder, a verdict per file, questions in place, and what adding them costs; below, the nodes there are. */
export function NodesSection() {
  const { found } = useScan()
  const known = useNodes((state) => state.byId)
  const [choices, setChoices] = useState(NOTHING_CHOSEN)
  const [isAdding, setAdding] = useState(false)
  const plan = useMemo(() => planAdd(found, choices, new Set(known.keys())), [found, choices, known])
  const canAdd = plan.problem === undefined && !isAdding
  const scan = async (folder: string, only?: string) => {
    await scanFolder(folder)
    const ready = useScan
      .getState()
      .found.filter((file) => isAddable(file) && (only === undefined || file.path === only))
    setChoices((before) => ({ ...before, selected: new Set(ready.map(({ path }) => path)) }))
  }
  const add = async () => {
    setAdding(true)
    try {
      await addNodes(plan.nodes)
      setChoices(NOTHING_CHOSEN)
      showToast({
        state: 'ok',
        title: words.added(formatNoun(plan.nodes.length, 'node')),
        text: words.addedText,
        actions: [{ label: messages.shell.screens.fleet, run: () => navigate('fleet') }],
      })
    } catch (error) {
      showFailure(words.addFailed, error)
    } finally {
      setAdding(false)
    }
  }
  useShortcut('Ctrl Enter', words.add(formatNoun(plan.nodes.length, 'node')), () => void add(), canAdd)
  return (
    <div className="st-nodes">
      <section className="pane">
        <div className="fm">
          <div>
            <h2>{words.title}</h2>
            <p className="t2">{words.text}</p>
          </div>
          <FolderRow onScan={(folder, only) => void scan(folder, only)} />
          <ScanResult choices={choices} onChoices={setChoices} />
          {found.length > 0 && <Naming choices={choices} onChoices={setChoices} plan={plan} />}
          <NodeList />
        </div>
        {found.length > 0 && (
          <div className="row ftr">
            <Button kind="primary" keys="Ctrl Enter" disabled={!canAdd} onClick={() => void add()}>
              {words.add(formatNoun(plan.nodes.length, 'node'))}
            </Button>
            <span className="small t3 ell">{plan.problem !== undefined && words.waits(plan.problem)}</span>
          </div>
        )}
      </section>
      <AddEffect plan={plan} />
    </div>
  )
}

/** The folder to look into; with the host's own dialogs also one file, for which its folder is scanned and it alone chosen. */
function FolderRow({ onScan }: { readonly onScan: (folder: string, only?: string) => void }) {
  const scan = useScan()
  const [typed, setTyped] = useState(scan.folder)
  const canPick = useWorkspace((state) => state.host?.canPickFiles ?? false)
  const run = (deed: () => Promise<void>) => void deed().catch((error: unknown) => showFailure(words.folder, error))
  const choose = async () => {
    const folder = await pickFolder(words.folder)
    if (folder === undefined) return
    setTyped(folder)
    onScan(folder)
  }
  const chooseFile = async () => {
    const file = await pickFile(words.file)
    if (file === undefined) return
    const folder = folderOf(file)
    setTyped(folder)
    onScan(folder, file)
  }
  return (
    <form
      className="row"
      onSubmit={(event) => {
        event.preventDefault()
        if (typed.trim() !== '') onScan(typed.trim())
      }}
    >
      <div className="grow">
        <TextField
          aria-label={words.folder}
          placeholder={words.folder}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
      </div>
      {canPick && (
        <>
          <Button onClick={() => run(choose)}>{words.choose}</Button>
          <Button onClick={() => run(chooseFile)}>{words.chooseFile}</Button>
        </>
      )}
      <button type="submit" className="btn" disabled={typed.trim() === '' || scan.load.phase === 'loading'}>
        {scan.found.length > 0 ? words.again : words.scan}
      </button>
    </form>
  )
}

function Naming({
  choices,
  onChoices,
  plan,
}: {
  readonly choices: AddChoices
  readonly onChoices: (choices: AddChoices) => void
  readonly plan: AddPlan
}) {
  return (
    <div className="g2">
      <TextField
        label={words.site}
        value={choices.site}
        onChange={(event) => onChoices({ ...choices, site: event.currentTarget.value })}
      />
      <TextField
        label={words.labels}
        placeholder={words.labelsPlaceholder}
        value={choices.labels}
        error={plan.field === 'labels' ? plan.problem : undefined}
        onChange={(event) => onChoices({ ...choices, labels: event.currentTarget.value })}
      />
      <TextField
        label={words.name}
        description={words.nameHelp}
        value={choices.pattern}
        error={plan.field === 'name' ? plan.problem : undefined}
        onChange={(event) => onChoices({ ...choices, pattern: event.currentTarget.value })}
      />
    </div>
  )
}
