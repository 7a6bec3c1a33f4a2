import { useState } from 'react'
import { ANOMALY_TYPES } from '../../../shared/domain/simulator.ts'
import { injectAnomaly, setRate, setScenario, startNodes, stopNodes, useSimulator } from '../../stores/simulator.ts'
import { messages } from '../../text/messages.ts'
import { Button } from '../../ui/Button.tsx'
import { NumberField, SelectField } from '../../ui/fields.tsx'
import { formatNoun, formatRate } from '../../ui/format.ts'
import { SidePane } from '../../ui/SidePane.tsx'
import { showFailure, showToast } from '../../ui/toast.tsx'

const words = messages.simulator

/** What can be done to the selected nodes, or to all of them. */
export function Controls({ nodeIds, isAll }: { readonly nodeIds: readonly string[]; readonly isAll: boolean }) {
  const scenarios = useSimulator((state) => state.scenarios)
  const [rate, setRateValue] = useState(1)
  const [scenario, setScenarioValue] = useState<string>()
  const [seconds, setSeconds] = useState(60)
  const [isBusy, setBusy] = useState(false)
  const count = formatNoun(nodeIds.length, 'node')
  const chosen = scenarios.find((known) => known.id === scenario)
  const run = async (title: string, work: () => Promise<void>) => {
    setBusy(true)
    try {
      await work()
      showToast({ state: 'ok', title })
    } catch (error) {
      showFailure(words.failed, error)
    }
    setBusy(false)
  }
  const isNone = nodeIds.length === 0 || isBusy
  return (
    <SidePane className="sim-side" label={words.controls}>
      <section>
        <h2 className="h2">{words.actions}</h2>
        <p className="small t2">{isAll ? words.all(count) : words.selected(count)}</p>
        <div className="row">
          <Button
            icon="play"
            disabled={isNone}
            onClick={() => void run(words.done.start(count), () => startNodes(nodeIds))}
          >
            {words.start}
          </Button>
          <Button
            icon="pause"
            disabled={isNone}
            onClick={() => void run(words.done.stop(count), () => stopNodes(nodeIds))}
          >
            {words.stop}
          </Button>
        </div>
      </section>
      <section>
        <NumberField
          label={words.rate}
          value={rate}
          min={0.001}
          max={1000}
          onChange={(next) => setRateValue(Number(next))}
        />
        <Button
          disabled={isNone || !(rate > 0)}
          onClick={() => void run(words.done.rate(count, formatRate(rate)), () => setRate(nodeIds, rate))}
        >
          {words.setRate}
        </Button>
      </section>
      <section>
        <SelectField
          label={words.scenario}
          placeholder={words.scenario}
          data={scenarios.map((known) => ({ value: known.id, label: known.label }))}
          value={scenario ?? null}
          onChange={(next) => setScenarioValue(next === null ? undefined : String(next))}
        />
        {chosen !== undefined && <p className="small t3">{chosen.description}</p>}
        <Button
          disabled={isNone || chosen === undefined}
          onClick={() => {
            if (chosen !== undefined)
              void run(words.done.scenario(count, chosen.label), () => setScenario(nodeIds, chosen.id))
          }}
        >
          {words.setScenario}
        </Button>
      </section>
      <section>
        <h2 className="h2">{words.inject}</h2>
        <p className="small t3">{words.injectText}</p>
        <NumberField
          label={words.seconds}
          value={seconds}
          min={1}
          max={86_400}
          onChange={(next) => setSeconds(Number(next))}
        />
        <div className="row wrap">
          {ANOMALY_TYPES.map((type) => (
            <Button
              key={type}
              size="sm"
              disabled={isNone || !(seconds > 0)}
              onClick={() =>
                void run(words.done.inject(count, words.types[type]), () => injectAnomaly(nodeIds, type, seconds))
              }
            >
              {words.types[type]}
            </Button>
          ))}
        </div>
      </section>
    </SidePane>
  )
}
