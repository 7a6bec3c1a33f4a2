import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openNodeDatabase } from '../../../electron/core/db/nodeDatabase.ts'
import { pipelineHistory, readPipeline, setPipeline } from '../../../electron/core/pipelines/pipelineManager.ts'
import { createAutoSwitch } from '../../../electron/core/pipelines/rules/autoSwitch.ts'
import { decideSwitch } from '../../../electron/core/pipelines/rules/decideSwitch.ts'
import type { SwitchState } from '../../../electron/core/pipelines/rules/decideSwitch.ts'
import type { AutoSwitchRule, NodeConfig } from '../../../shared/domain/settings.ts'
import { createFakeClock } from '../../helpers/fakeClock.ts'
import { queryForeign, tempFolder, writeNodeDatabase } from '../../helpers/pipelineTables.ts'

const RULE: AutoSwitchRule = {
  enabled: true,
  column: 'temperature',
  onAbove: 75,
  offBelow: 70,
  holdSeconds: 30,
  timeoutSeconds: 600,
}

/** Runs the rule over readings ten seconds apart; gives the actions with the second they happened. */
function play(values: readonly (number | undefined)[], rule: AutoSwitchRule = RULE): string[] {
  let state: SwitchState = { phase: 'calm' }
  let isOn = false
  return values.flatMap((value, index) => {
    const decision = decideSwitch(rule, state, { atMs: index * 10_000, value, isOwnSwitch: isOn, isEmergency: isOn })
    state = decision.state
    if (decision.action === undefined) return []
    isOn = decision.action === 'switchOn'
    return [`${index * 10} s ${decision.action}: ${decision.reason}`]
  })
}

describe('the rule', () => {
  test('switches after the hold and back after as long below the off level', () => {
    expect(play([80, 80, 80, 80, 80, 72, 65, 65, 65, 65])).toEqual([
      '30 s switchOn: temperature above 75 for 30 s',
      '90 s switchBack: temperature calm for 30 s',
    ])
  })

  test('does nothing for a peak, for wobbling between the levels, or without new readings', () => {
    expect(play([80, 80, 60, 80, 80, 60])).toEqual([])
    expect(play([80, undefined, undefined, undefined, 60])).toEqual([])
    expect(play([80, 80, 80, 80, 72, 74, 71, 76, 72, 74, 65, 72])).toEqual([
      '30 s switchOn: temperature above 75 for 30 s',
    ])
  })

  test('ends by time-out and starts again only after calm', () => {
    const hot = Array.from({ length: 80 }, () => 80)
    expect(play(hot)).toEqual([
      '30 s switchOn: temperature above 75 for 30 s',
      '630 s switchBack: time-out after 600 s',
    ])
    expect(play([...hot, 60, 80, 80, 80, 80])).toHaveLength(3)
  })

  test('has a lower side, and takes the on level where no off level is given', () => {
    const rule: AutoSwitchRule = { enabled: true, column: 'voltage', onBelow: 11, holdSeconds: 10, timeoutSeconds: 600 }
    expect(play([10, 10, 12, 12], rule)).toEqual([
      '10 s switchOn: voltage below 11 for 10 s',
      '30 s switchBack: voltage calm for 10 s',
    ])
  })

  test('leaves a person’s choice alone', () => {
    const on: SwitchState = { phase: 'on', sinceMs: 0 }
    const ended = decideSwitch(RULE, on, { atMs: 10_000, value: 90, isOwnSwitch: false, isEmergency: false })
    expect(ended).toMatchObject({ state: { phase: 'spent' }, action: undefined })
    const byHand = decideSwitch(
      RULE,
      { phase: 'rising', sinceMs: 0 },
      { atMs: 90_000, value: 90, isOwnSwitch: false, isEmergency: true },
    )
    expect(byHand).toMatchObject({ state: { phase: 'calm' }, action: undefined })
  })

  test('never switches twice the same way in a row, whatever the readings', () => {
    fc.assert(
      fc.property(
        fc.array(fc.option(fc.integer({ min: 50, max: 100 }), { nil: undefined }), { maxLength: 200 }),
        (values) => {
          const actions = play(values).map((line) => /switchOn|switchBack/.exec(line)?.[0])
          actions.forEach((action, index) => expect(action).toBe(index % 2 === 0 ? 'switchOn' : 'switchBack'))
        },
      ),
    )
  })
})

describe('the service', () => {
  test('switches the node in its own database, audits as rule, and remembers its switch across a restart', async () => {
    const path = writeNodeDatabase(tempFolder())
    const node: NodeConfig = { id: 'n1', sqlite: path, labels: {}, timeZone: 'UTC' }
    const clock = createFakeClock()
    const errors: unknown[] = []
    const start = () =>
      createAutoSwitch({
        rule: RULE,
        nodes: [node],
        clock,
        openNode: (wanted) => openNodeDatabase(wanted.sqlite, { timeZone: wanted.timeZone }),
        setType: (wanted, type, by, reason) => {
          setPipeline(wanted.sqlite, { type, by, reason, backfill: false, atMs: clock.now(), customTypes: [] })
        },
        onError: (_, error) => errors.push(error),
      })
    setPipeline(path, {
      type: 'aggregated',
      by: 'ana',
      reason: undefined,
      backfill: false,
      atMs: clock.now(),
      customTypes: [],
    })
    let service = start()
    const reading = async (temperature: number): Promise<void> => {
      queryForeign(
        path,
        `INSERT INTO sensor_readings (timestamp, sensor_id, temperature) VALUES ('2026-01-01T00:00:00Z', 'S', ${temperature})`,
      )
      clock.advance(15_000)
      await service.round()
    }
    for (const value of [90, 90, 90]) await reading(value)
    expect(readPipeline(path, { customTypes: [] })).toMatchObject({
      type: 'emergency',
      updatedBy: 'rule',
      reason: 'temperature above 75 for 30 s',
    })
    service = start()
    await service.round()
    expect(service.state('n1').phase).toBe('on')
    for (const value of [60, 60, 60]) await reading(value)
    expect(pipelineHistory(path, 10).map((entry) => `${entry.type} by ${entry.by}`)).toEqual([
      'aggregated by rule',
      'emergency by rule',
      'aggregated by ana',
    ])
    expect(errors).toEqual([])
  })
})
