import { expect, test } from 'vitest'
import { demoHandlers } from '../../../electron/core/handlers/demo.ts'
import { simulatorHandlers } from '../../../electron/core/handlers/simulator.ts'
import { createSimulator } from '../../../electron/core/simulator/simulator.ts'
import { silentLog } from '../../../electron/core/support/log.ts'
import { steppedClock } from '../../helpers/steppedClock.ts'
import { nodeSpec, query, SCENARIOS, temporaryFolder } from '../simulator/helpers.ts'

const context = { signal: new AbortController().signal }

test('in a workspace of real nodes the simulator is empty, the demo is null, and changes are refused with a reason', async () => {
  const simulator = simulatorHandlers({ simulator: () => undefined, scenarios: () => SCENARIOS })
  const demo = demoHandlers(() => undefined)
  expect(await simulator['simulator.list']({}, context)).toEqual([])
  expect(await demo['demo.get']({}, context)).toBeNull()
  await expect(simulator['simulator.start']({ nodeIds: ['a'] }, context)).rejects.toMatchObject({ code: 'unsupported' })
  await expect(demo['demo.setFault']({ fault: 'cutLink', isActive: true }, context)).rejects.toMatchObject({
    code: 'unsupported',
    hint: expect.stringContaining('never made on real nodes'),
  })
})

test('the simulator handlers reach the nodes, and scenarios are listed for people', async () => {
  const clock = steppedClock()
  const simulator = createSimulator({ clock, log: silentLog, scenarios: SCENARIOS, preparePipeline: () => undefined })
  const spec = nodeSpec(temporaryFolder(), 'a', { isRunning: false })
  await simulator.add([spec])
  const handlers = simulatorHandlers({ simulator: () => simulator, scenarios: () => SCENARIOS })
  expect(await handlers['simulator.scenarios']({}, context)).toContainEqual({
    id: 'storm',
    label: 'Storm',
    description: expect.any(String),
  })
  const nodeIds = ['a']
  await handlers['simulator.start']({ nodeIds }, context)
  await handlers['simulator.setRate']({ nodeIds, ratePerSecond: 50 }, context)
  await handlers['simulator.setScenario']({ nodeIds, scenario: 'storm' }, context)
  await handlers['simulator.inject']({ nodeIds, type: 'spike', seconds: 60, field: 'voltage' }, context)
  await clock.advance(1000)
  await handlers['simulator.stop']({ nodeIds }, context)
  expect(await handlers['simulator.list']({}, context)).toMatchObject([
    {
      nodeId: 'a',
      isRunning: false,
      ratePerSecond: 50,
      scenario: 'storm',
      rowsWritten: 50,
      activeAnomalies: [{ type: 'spike' }],
    },
  ])
  expect(
    query(spec.path, "SELECT count(*) AS n FROM sensor_readings WHERE anomaly_type = 'spike'")[0]?.['n'],
  ).toBeGreaterThan(40)
  await expect(
    handlers['simulator.inject']({ nodeIds, type: 'spike', seconds: 1, field: 'voltag' }, context),
  ).rejects.toMatchObject({
    code: 'invalid',
    hint: 'Did you mean "voltage"?',
  })
  await simulator.close()
})
