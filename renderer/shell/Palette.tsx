import { Spotlight, spotlight } from '@mantine/spotlight'
import { useDeferredValue, useId, useMemo, useState } from 'react'
import type { KeyboardEvent } from 'react'
import { useNodes } from '../stores/nodes.ts'
import { useWorkspace } from '../stores/workspace.ts'
import { messages } from '../text/messages.ts'
import { formatDuration } from '../ui/format.ts'
import { Icon } from '../ui/Icon.tsx'
import { Kbd } from '../ui/Kbd.tsx'
import { LampCell, LampMark } from '../ui/marks/Lamp.tsx'
import { TypeTag } from '../ui/marks/TypeTag.tsx'
import { Badge } from '../ui/states.tsx'
import { nextCursor } from '../ui/table/keyboard.ts'
import { doDeed, paletteActions } from './paletteActions.ts'
import { findEntries, markMatches, parseQuery } from './paletteEntries.ts'
import type { PaletteEntry } from './paletteEntries.ts'

const words = messages.shell.palette
const CLASSES = { overlay: 'scrim', inner: 'pal-inner', content: 'pop pal' } as const
const PAGE = 8

/** Actions, nodes and objects in one list over any screen. Enter on a change opens its plan. */
export function Palette() {
  const [query, setQuery] = useState('')
  return (
    <Spotlight.Root
      unstyled
      query={query}
      onQueryChange={setQuery}
      shortcut={null}
      lockScroll={false}
      transitionProps={{ duration: 0 }}
      classNames={CLASSES}
      attributes={{ content: { 'aria-label': words.label } }}
    >
      <Found query={query} onQuery={setQuery} />
    </Spotlight.Root>
  )
}

/** Exists only while the palette is open, so that nothing is searched when it is not. */
function Found({ query, onQuery }: { readonly query: string; readonly onQuery: (query: string) => void }) {
  const settled = useDeferredValue(query)
  const nodes = useNodes((state) => state.list)
  const workspace = useWorkspace((state) => state.workspace)
  const actions = useMemo(() => paletteActions(), [])
  const listId = useId()
  const [chosen, setChosen] = useState(0)
  const { groups, entries, ms } = useMemo(() => {
    const startedMs = performance.now()
    const found = findEntries(settled, { nodes, workspace, actions })
    return { groups: found, entries: found.flatMap((group) => group.entries), ms: performance.now() - startedMs }
  }, [settled, nodes, workspace, actions])
  const at = Math.min(chosen, entries.length - 1)
  const optionId = (index: number) => `${listId}-${index}`
  const run = (entry: PaletteEntry | undefined) => {
    if (entry === undefined) return
    spotlight.close()
    doDeed(entry.deed)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const next = nextCursor(event.key, false, at, entries.length, PAGE)
    if (event.key === 'Enter' && !event.nativeEvent.isComposing) run(entries[at])
    else if (next !== undefined && event.key !== 'Home' && event.key !== 'End') {
      setChosen(next)
      document.querySelector(`#${CSS.escape(optionId(next))}`)?.scrollIntoView({ block: 'nearest' })
    } else return
    event.preventDefault()
  }
  const queryWords = parseQuery(settled).words
  return (
    <>
      <div className="q">
        <Icon name="search" />
        <input
          type="text"
          role="combobox"
          className="pal-input grow"
          data-autofocus
          placeholder={messages.shell.search}
          aria-label={messages.shell.search}
          aria-expanded="true"
          aria-controls={listId}
          aria-activedescendant={at >= 0 ? optionId(at) : undefined}
          maxLength={200}
          spellCheck={false}
          value={query}
          onChange={(event) => {
            setChosen(0)
            onQuery(event.currentTarget.value)
          }}
          onKeyDown={onKeyDown}
        />
        <Badge>{words.found(entries.length, formatDuration(ms))}</Badge>
      </div>
      <div id={listId} className="list" role="listbox" aria-label={words.label}>
        {groups.map((group) => (
          <div key={group.label} role="group" aria-label={group.label}>
            <div className="g" aria-hidden="true">
              {group.label}
            </div>
            {group.entries.map((entry) => (
              <Entry
                key={entry.id}
                id={optionId(entries.indexOf(entry))}
                entry={entry}
                isChosen={entries[at] === entry}
                queryWords={queryWords}
                onRun={run}
              />
            ))}
          </div>
        ))}
      </div>
      {entries.length === 0 && <p className="pal-empty">{words.nothing}</p>}
      <div className="ft">
        <span className="row">
          <Kbd>Up</Kbd>
          <Kbd>Down</Kbd>
          {words.move}
        </span>
        <span className="row">
          <Kbd>Enter</Kbd>
          {words.run}
        </span>
        <span className="grow" />
        <span className="row">
          <Kbd>&gt;</Kbd>
          {words.actionsOnly}
        </span>
        <span className="row">
          <Kbd>/</Kbd>
          {words.objectsOnly}
        </span>
      </div>
    </>
  )
}

function Entry({
  id,
  entry,
  isChosen,
  queryWords,
  onRun,
}: {
  readonly id: string
  readonly entry: PaletteEntry
  readonly isChosen: boolean
  readonly queryWords: readonly string[]
  readonly onRun: (entry: PaletteEntry) => void
}) {
  const { icon, label, detail, keys, node } = entry
  return (
    <div
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={isChosen}
      className="pi"
      onMouseDown={(event) => event.preventDefault()}
      onClick={() => onRun(entry)}
      onKeyDown={undefined}
    >
      <Icon name={icon} />
      <span className="ell">
        {markMatches(label, queryWords).map(({ text, isMatch }, index) => (
          // Parts of a text have no identity but their place.
          // oxlint-disable-next-line react/no-array-index-key
          <span key={index}>{isMatch ? <mark>{text}</mark> : text}</span>
        ))}
      </span>
      <span className="t3 small ell grow">{detail}</span>
      {node !== undefined && <NodeMarks node={node} />}
      {keys?.split(' ').map((key) => (
        <Kbd key={key}>{key}</Kbd>
      ))}
    </div>
  )
}

function NodeMarks({ node }: { readonly node: NonNullable<PaletteEntry['node']> }) {
  const { reach, collect, deliver } = node.lamps
  return (
    <>
      {node.pipelineType !== undefined && <TypeTag type={node.pipelineType} />}
      <span className="row">
        <LampMark state={reach.state} />
        <LampMark state={collect.state} />
        <LampCell lamp={deliver} />
      </span>
    </>
  )
}
