import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, describe, expect, it } from 'vitest'
import { setFleetView } from '../../../renderer/screens/fleet/fleetView.ts'
import { inputsOf, renderApp } from './renderApp.tsx'

beforeEach(() =>
  setFleetView({ query: '', labels: {}, deliver: 'any', selection: new Set(), planType: null, group: 'site' }),
)

const table = () => screen.findByRole('treegrid', { name: 'Nodes' })

describe('the fleet screen', () => {
  it('opens with the five figures and the worst site first', async () => {
    renderApp('fleet')
    expect(await screen.findByRole('heading', { name: 'Fleet' })).toBeTruthy()
    expect(
      await screen
        .findByText('44 of 48 nodes writing', { exact: false })
        .catch(() => screen.findByText(/of 48 nodes writing/)),
    ).toBeTruthy()
    expect(screen.getAllByText('0 missing, 0 duplicated').length).toBeGreaterThan(0)
    const [, group, first] = within(await table()).getAllByRole('row')
    expect(group?.textContent).toContain('Midland Field')
    expect(first?.textContent).toContain('midland-04')
    expect(first?.textContent).toContain('stalled')
  })

  it('filters by words of node, site and label', async () => {
    const user = userEvent.setup()
    renderApp('fleet')
    await table()
    await user.type(screen.getByRole('searchbox', { name: 'Filter nodes' }), 'refinery 02')
    const rows = within(await table()).getAllByRole('row')
    expect(rows.map((row) => row.textContent).filter((text) => text?.includes('tulsa'))).toHaveLength(1)
    expect((await table()).getAttribute('aria-rowcount')).toBe('3')
  })

  it('shows the plan of a switch before it applies it, applies it with the reason, and takes it back', async () => {
    const user = userEvent.setup()
    const transport = renderApp('fleet')
    ;(await table()).focus()
    await user.click(await screen.findByText('duluth-01'))
    await user.keyboard(' ')
    await user.click(screen.getByRole('button', { name: 'Switch pipeline' }))
    const plan = screen.getByRole('region', { name: 'Plan for the selected nodes' })
    expect(within(plan).getByRole('button', { name: /Apply/ })).toHaveProperty('disabled', true)
    await user.click(within(plan).getByRole('combobox', { name: 'Switch to' }))
    await user.click(await screen.findByRole('option', { name: 'emergency' }))
    expect(await within(plan).findByText(/waiting rows go to emergency/)).toBeTruthy()
    expect(inputsOf(transport, 'pipelines.setMany')).toEqual([])
    await user.type(within(plan).getByRole('textbox', { name: 'Reason, kept in the history' }), 'watch it')
    await user.click(within(plan).getByRole('button', { name: /Apply to 1 node/ }))
    await screen.findByText('1 node switched to emergency')
    expect(inputsOf(transport, 'pipelines.setMany')).toEqual([
      { nodeIds: ['duluth-01'], type: 'emergency', by: 'operator', backfill: false, reason: 'watch it' },
    ])
    await user.keyboard('{Control>}z{/Control}')
    await waitFor(() => expect(inputsOf(transport, 'pipelines.setMany')).toHaveLength(2))
    expect(inputsOf(transport, 'pipelines.setMany')[1]).toMatchObject({ nodeIds: ['duluth-01'], reason: 'undo' })
  })

  it('keeps old values and says since when the engine is out of reach', async () => {
    const transport = renderApp('fleet')
    await table()
    transport.setConnection({ kind: 'reconnecting', sinceMs: Date.now() - 60_000, nextTryMs: undefined })
    expect(await screen.findByText(/Engine not reached for/)).toBeTruthy()
    expect(within(await table()).getByText('midland-04')).toBeTruthy()
    transport.setConnection({ kind: 'connected' })
    await waitFor(() => expect(screen.queryByText(/Engine not reached for/)).toBeNull())
    expect(inputsOf(transport, 'nodes.list')).toHaveLength(2)
  })

  it('shows the two doors of the first run in an empty workspace', async () => {
    renderApp('fleet', {
      'nodes.list': () => [],
      'workspace.get': () => ({
        folder: '/w/skagit',
        isDemo: false,
        nodes: 0,
        store: { kind: 'embedded' },
        pipelineTypes: [],
        buckets: {},
        version: '1',
        enginePid: 1,
      }),
    })
    expect(await screen.findByText('Your first real node')).toBeTruthy()
    expect(screen.getByRole('button', { name: /Explore the demo fleet/ })).toBeTruthy()
    const now = screen.getAllByRole('listitem').find((item) => item.getAttribute('aria-current') === 'step')
    expect(now?.textContent).toContain('Point at a sensor database')
  })
})

describe('the palette', () => {
  it('finds nodes and switches, and Enter on a switch opens its plan without changing anything', async () => {
    const user = userEvent.setup()
    const transport = renderApp('activity')
    await screen.findByRole('heading', { name: 'Activity' })
    await user.keyboard('{Control>}k{/Control}')
    const input = await screen.findByRole('combobox', { name: 'Search nodes, objects, actions' })
    await user.type(input, 'tulsa-01 emerg')
    const options = await screen.findAllByRole('option')
    expect(options[0]?.textContent).toContain('Switch tulsa-01 to emergency')
    await user.keyboard('{Enter}')
    expect(await screen.findByText('1 node selected')).toBeTruthy()
    expect(await screen.findByText(/emergency route from its own cursor/)).toBeTruthy()
    expect(inputsOf(transport, 'pipelines.setMany')).toEqual([])
  })
})
