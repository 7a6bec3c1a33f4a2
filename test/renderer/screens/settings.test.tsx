import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, describe, expect, it } from 'vitest'
import { discardChanges } from '../../../renderer/stores/settings.ts'
import { parseLabels } from '../../../renderer/screens/settings/addPlan.ts'
import { shownUnit } from '../../../renderer/ui/units.ts'
import { HOST } from '../fixtures/world.ts'
import { inputsOf, renderApp } from './renderApp.tsx'

afterEach(discardChanges)

describe('the settings screen', () => {
  it('shows the file with the changed line tinted before anything is saved', async () => {
    const user = userEvent.setup()
    const transport = renderApp('settings/store')
    const region = await screen.findByDisplayValue('us-west-2')
    await user.clear(region)
    await user.type(region, 'eu-central-1')
    const file = screen.getByRole('complementary', { name: 'The file as it would be' })
    await waitFor(() => expect(file.querySelector('.changed')?.textContent).toContain('region: eu-central-1'))
    expect(inputsOf(transport, 'settings.save')).toEqual([])
    await user.click(screen.getByRole('button', { name: /Save 1 change/ }))
    await screen.findByText('Settings saved')
    expect(inputsOf(transport, 'settings.save')).toEqual([
      { changes: { 'buckets.region': 'eu-central-1' }, by: 'operator' },
    ])
  })

  it('takes a change out again when the field is set back', async () => {
    const user = userEvent.setup()
    renderApp('settings/store')
    const prefix = await screen.findByDisplayValue('expanso')
    await user.type(prefix, 'x')
    expect(await screen.findByRole('button', { name: /Save 1 change/ })).toBeTruthy()
    await user.type(prefix, '{Backspace}')
    await waitFor(() => expect(screen.queryByRole('button', { name: /Save 1 change/ })).toBeNull())
  })

  it('does not let the form change what the environment decides, and says what decides it', async () => {
    renderApp('settings/pipelines')
    const field = await screen.findByDisplayValue('30')
    expect(field).toHaveProperty('disabled', true)
    expect(screen.getByText(/Set by the environment, UPLOAD_INTERVAL/)).toBeTruthy()
  })

  it('refuses to save while the file would be wrong, and says why at the field', async () => {
    const user = userEvent.setup()
    renderApp('settings/pipelines')
    const workers = await screen.findByDisplayValue('2')
    await user.clear(workers)
    await user.type(workers, '0')
    expect((await screen.findAllByText(/upload.workers must be a whole number/)).length).toBeGreaterThan(0)
    expect(screen.getByRole('button', { name: /^Save/ })).toHaveProperty('disabled', true)
  })

  it('switches notifications at once, and asks for quiet hours', async () => {
    const user = userEvent.setup()
    const notifications = { emergency: true, stalls: true, quiet: null }
    const transport = renderApp('settings/notifications', {
      'host.info': () => ({ ...HOST, kind: 'desktop', notifications }),
      'host.setNotifications': () => null,
    })
    await user.click(await screen.findByRole('switch', { name: 'A node switches to emergency' }))
    await user.click(screen.getByRole('switch', { name: 'Quiet hours' }))
    expect(await screen.findByLabelText('From')).toHaveProperty('value', '22:00')
    expect(inputsOf(transport, 'host.setNotifications')).toEqual([
      { emergency: false, stalls: true, quiet: null },
      { emergency: false, stalls: true, quiet: { from: '22:00', to: '06:00' } },
    ])
  })

  it('greys notifications where the host has none, and says what to use instead', async () => {
    renderApp('settings/notifications', { 'host.info': () => ({ ...HOST, kind: 'browser' }) })
    expect(await screen.findByText(/Use the desktop app, or let a monitor run/)).toBeTruthy()
    for (const toggle of screen.getAllByRole('switch')) expect(toggle).toHaveProperty('disabled', true)
  })

  it('walks the access test to the first failure with its remedy', async () => {
    const user = userEvent.setup()
    renderApp('settings/store')
    const panel = await screen.findByRole('region', { name: 'Test access' })
    await user.click(within(panel).getByRole('button', { name: /Test access|Test again/ }))
    expect(await within(panel).findByText('stopped at step 5 of 7')).toBeTruthy()
    expect(within(panel).getByText(/Add s3:PutObject on the bucket/)).toBeTruthy()
    expect(within(panel).getAllByText('not run')).toHaveLength(2)
  })

  it('hands credentials over once and keeps nothing of them on the page', async () => {
    const user = userEvent.setup()
    const transport = renderApp('settings/store')
    await user.click(await screen.findByRole('button', { name: 'Replace' }))
    await user.type(await screen.findByLabelText(/Access key id/), 'AKIAEXAMPLE')
    await user.type(screen.getByLabelText(/Secret access key/), 'planted-secret')
    await user.click(screen.getByRole('button', { name: 'Use these credentials' }))
    await screen.findByText('Credentials replaced')
    expect(inputsOf(transport, 'host.setCredentials')).toEqual([
      { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'planted-secret', keep: 'keychain' },
    ])
    await waitFor(() => expect(screen.queryByLabelText(/Secret access key/)).toBeNull())
    expect(document.documentElement.outerHTML).not.toContain('planted-secret')
    expect(JSON.stringify([localStorage, sessionStorage].map((kept) => Object.entries(kept)))).not.toContain(
      'planted-secret',
    )
  })

  it('scans a folder, waits for the open question, and adds the nodes with their answers', async () => {
    const user = userEvent.setup()
    const transport = renderApp('settings/nodes')
    await user.click(await screen.findByRole('button', { name: 'Choose' }))
    expect(await screen.findByText('5 files found')).toBeTruthy()
    expect(screen.getByRole('button', { name: /Add 4 nodes/ })).toHaveProperty('disabled', true)
    await user.click(screen.getByRole('radio', { name: /logged_at/ }))
    await user.type(screen.getByLabelText('Labels'), 'env=pilot')
    await user.click(screen.getByRole('button', { name: /Add 4 nodes/ }))
    await screen.findByText('4 nodes added')
    const [input] = inputsOf(transport, 'nodes.add') as {
      nodes: { id: string; timestampColumn?: string; labels?: unknown }[]
    }[]
    expect(input?.nodes.map(({ id }) => id)).toEqual(['pump-a', 'pump-b', 'weir', 'gauge-07'])
    expect(input?.nodes[2]).toMatchObject({ timestampColumn: 'logged_at', labels: { env: 'pilot' } })
  })
})

describe('a file chosen by itself', () => {
  it('is the only one taken from its folder', async () => {
    const user = userEvent.setup()
    const transport = renderApp('settings/nodes', { 'host.pickFile': () => '/home/field/skagit-river/pump-b.db' })
    await user.click(await screen.findByRole('button', { name: 'Choose file' }))
    await user.click(await screen.findByRole('button', { name: /Add 1 node/ }))
    await screen.findByText('1 node added')
    expect(inputsOf(transport, 'nodes.scan')).toEqual([{ folder: '/home/field/skagit-river' }])
    expect(inputsOf(transport, 'nodes.add')).toMatchObject([{ nodes: [{ id: 'pump-b' }] }])
  })
})

describe('labels and units', () => {
  it('are read from what a person types', () => {
    expect(parseLabels('env=pilot, river = skagit')).toEqual({ env: 'pilot', river: 'skagit' })
    expect(parseLabels('')).toEqual({})
    expect(parseLabels('env')).toBeUndefined()
  })

  it('are shown in the chosen system, unknown ones as they are', () => {
    expect(shownUnit('°C', 'imperial').convert(100)).toBeCloseTo(212)
    expect(shownUnit('°F', 'metric').convert(212)).toBeCloseTo(100)
    expect(shownUnit('bar', 'imperial')).toMatchObject({ unit: 'psi' })
    expect(shownUnit('%', 'imperial')).toMatchObject({ unit: '%' })
    expect(shownUnit('°C', 'asMeasured')).toMatchObject({ unit: '°C' })
  })
})
