import { useEffect, useState } from 'react'
import { useNodes } from '../../stores/nodes.ts'
import { loadQuarantine, useQuarantine } from '../../stores/quarantine.ts'
import { loadRules, useRules } from '../../stores/rules.ts'
import { followTimeline } from '../../stores/timeline.ts'
import { useWorkspace } from '../../stores/workspace.ts'
import { messages } from '../../text/messages.ts'
import { Button } from '../../ui/Button.tsx'
import { CopyCli } from '../../ui/CopyButton.tsx'
import { formatCount, formatNoun } from '../../ui/format.ts'
import { Head } from '../../ui/Head.tsx'
import { navigate, useRoute } from '../../ui/router.ts'
import { useShortcut } from '../../ui/shortcuts.ts'
import { SidePaneButton } from '../../ui/SidePane.tsx'
import { showToast } from '../../ui/toast.tsx'
import { ContractsTab } from './ContractsTab.tsx'
import { History } from './History.tsx'
import type { Period } from './History.tsx'
import { QuarantineTab } from './QuarantineTab.tsx'
import { RulesTab } from './RulesTab.tsx'
import { Side } from './Side.tsx'

const words = messages.pipelines
const TABS = ['history', 'rules', 'contracts', 'quarantine'] as const
type Tab = (typeof TABS)[number]

/** Pipelines: history, rules, contracts and quarantine. */
export function PipelinesScreen() {
  const { parts } = useRoute()
  const tab = TABS.find((known) => known === parts[0]) ?? 'history'
  const [period, setPeriod] = useState<Period>('24')
  useEffect(() => followTimeline(Number(period)), [period])
  useEffect(() => {
    void loadRules()
    void loadQuarantine()
  }, [])
  const nodes = useNodes((state) => state.list.length)
  const types = useWorkspace((state) => state.workspace?.pipelineTypes.length ?? 0)
  const isRuleOn = useRules((state) => state.autoSwitch?.enabled === true)
  const go = (next: Tab) => navigate('pipelines', next)
  useShortcut('P', words.switch, chooseNodes)
  return (
    <>
      <Head title={words.title} sub={words.sub(formatNoun(types, 'type'), formatNoun(nodes, 'node'), isRuleOn)}>
        {tab === 'history' && <SidePaneButton label={words.side} />}
        <CopyCli command={words.copyCli} />
        <Button kind="primary" keys="P" onClick={chooseNodes}>
          {words.switch}
        </Button>
      </Head>
      <Tabs tab={tab} onTab={go} />
      {tab === 'history' && (
        <div className="pl">
          <History period={period} onPeriod={setPeriod} />
          <Side periodLabel={words.periods[period]} onReview={() => go('quarantine')} />
        </div>
      )}
      {tab === 'rules' && <RulesTab />}
      {tab === 'contracts' && <ContractsTab />}
      {tab === 'quarantine' && <QuarantineTab />}
    </>
  )
}

/** A switch begins with the nodes it is for: the fleet is where they are chosen. */
function chooseNodes(): void {
  navigate('fleet')
  showToast({ state: 'none', title: words.chooseNodes, text: words.chooseNodesText })
}

function Tabs({ tab, onTab }: { readonly tab: Tab; readonly onTab: (tab: Tab) => void }) {
  const contracts = useRules((state) => state.contracts.length)
  const quarantined = useQuarantine((state) => state.reasons.reduce((sum, reason) => sum + reason.rows, 0))
  const counts: Readonly<Record<Tab, string>> = {
    history: '',
    rules: '',
    contracts: contracts === 0 ? '' : formatCount(contracts),
    quarantine: quarantined === 0 ? '' : formatNoun(quarantined, 'row'),
  }
  return (
    <div className="tabs pl-tabs" role="tablist">
      {TABS.map((id) => (
        <button
          key={id}
          type="button"
          role="tab"
          aria-selected={tab === id}
          className={tab === id ? 'on' : undefined}
          onClick={() => onTab(id)}
        >
          {words.tabs[id]}
          {counts[id] !== '' && <span className={`n${id === 'quarantine' ? ' c-warn' : ''}`}>{counts[id]}</span>}
        </button>
      ))}
    </div>
  )
}
