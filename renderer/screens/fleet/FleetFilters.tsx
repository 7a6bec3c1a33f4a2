import { Menu } from '@mantine/core'
import { useMemo, useRef } from 'react'
import { useNodeList } from '../../stores/nodes.ts'
import { messages } from '../../text/messages.ts'
import { SearchField } from '../../ui/fields.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { MENU } from '../../ui/menu.ts'
import { useShortcut } from '../../ui/shortcuts.ts'
import { setFleetView, useFleetView } from './fleetView.ts'
import type { DeliverFilter } from './fleetView.ts'

const words = messages.fleet
const DELIVER: readonly DeliverFilter[] = ['any', 'late', 'bad']

/** Text, labels and deliver state: together they decide which nodes are listed. */
export function FleetFilters() {
  const { query, labels, deliver } = useFleetView()
  const input = useRef<HTMLInputElement>(null)
  useShortcut('F', words.filter, () => input.current?.focus())
  const without = (key: string) => Object.fromEntries(Object.entries(labels).filter(([known]) => known !== key))
  return (
    <>
      <SearchField
        label={words.filter}
        value={query}
        inputRef={input}
        onChange={(next) => setFleetView({ query: next })}
      />
      {Object.entries(labels).map(([key, value]) => (
        <button key={key} type="button" className="chip on" onClick={() => setFleetView({ labels: without(key) })}>
          {key} <b>{value}</b>
          <Icon name="x" size={10} />
        </button>
      ))}
      <Menu {...MENU}>
        <Menu.Target>
          <button type="button" className={`chip${deliver === 'any' ? '' : ' on'}`}>
            {words.deliver} <b>{words.deliverStates[deliver]}</b>
            <Icon name="down" size={10} />
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          {DELIVER.map((choice) => (
            <Menu.Item key={choice} onClick={() => setFleetView({ deliver: choice })}>
              {words.deliverStates[choice]}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <LabelMenu />
    </>
  )
}

function LabelMenu() {
  return (
    <Menu {...MENU}>
      <Menu.Target>
        <button type="button" className="chip add">
          <Icon name="plus" size={10} />
          {words.label}
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <LabelItems />
      </Menu.Dropdown>
    </Menu>
  )
}

/** The labels there are; gathered only while the menu is open. */
function LabelItems() {
  const nodes = useNodeList()
  const labels = useFleetView((state) => state.labels)
  const known = useMemo(() => {
    const values = new Map<string, Set<string>>()
    for (const node of nodes) {
      for (const [key, value] of Object.entries(node.labels)) {
        values.set(key, (values.get(key) ?? new Set<string>()).add(value))
      }
    }
    return [...values].map(([key, set]) => [key, [...set].toSorted()] as const)
  }, [nodes])
  if (known.length === 0) return <Menu.Item disabled>{words.anyLabel}</Menu.Item>
  return known.map(([key, values]) => (
    <div key={key}>
      <Menu.Label className="menu-sec">{key}</Menu.Label>
      {values.map((value) => (
        <Menu.Item key={value} onClick={() => setFleetView({ labels: { ...labels, [key]: value } })}>
          {value}
        </Menu.Item>
      ))}
    </div>
  ))
}

/** What a group key is called. */
function groupLabel(group: string): string {
  if (group === 'site' || group === 'pipeline' || group === 'none') return words.groupBy[group]
  return words.groupByLabel(group.slice('label:'.length))
}

/** Chooses what the rows are grouped by: site, pipeline, a label, or nothing. */
export function GroupMenu() {
  const group = useFleetView((state) => state.group)
  return (
    <Menu {...MENU} position="bottom-end">
      <Menu.Target>
        <button type="button" className="chip">
          {words.group} <b>{groupLabel(group)}</b>
          <Icon name="down" size={10} />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <GroupItems />
      </Menu.Dropdown>
    </Menu>
  )
}

function GroupItems() {
  const nodes = useNodeList()
  const keys = useMemo(() => [...new Set(nodes.flatMap((node) => Object.keys(node.labels)))].toSorted(), [nodes])
  return ['site', 'pipeline', ...keys.map((key) => `label:${key}`), 'none'].map((value) => (
    <Menu.Item key={value} onClick={() => setFleetView({ group: value })}>
      {groupLabel(value)}
    </Menu.Item>
  ))
}
