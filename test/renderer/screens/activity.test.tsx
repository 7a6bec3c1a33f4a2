import { screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { describe, expect, it } from 'vitest'
import type { Execution } from '../../../shared/domain/execution.ts'
import { demoNodes } from '../fixtures/nodes.ts'
import { executions } from '../fixtures/world.ts'
import { executionRow, executionState } from '../../../renderer/screens/activity/activityRows.ts'
import { inputsOf, renderApp } from './renderApp.tsx'

const NOW = Date.now()
const LIST = executions(demoNodes(NOW), NOW)

describe('the activity screen', () => {
  it('opens on the stalled execution, says what is safe and tries again on R', async () => {
    const user = userEvent.setup()
    const transport = renderApp('activity')
    const detail = await screen.findByRole('complementary', { name: 'Detail' })
    expect(await within(detail).findByText('Bucket refused the write: AccessDenied')).toBeTruthy()
    expect(
      within(detail).getByText('The rows are safe on midland-04: 4,312 rows wait, nothing is skipped.'),
    ).toBeTruthy()
    await user.keyboard('r')
    expect(inputsOf(transport, 'uploads.retry')).toEqual([{ nodeId: 'midland-04' }])
    expect(await screen.findByText('midland-04 tries again now')).toBeTruthy()
  })

  it('takes in a new execution while it is live, and holds still on Space', async () => {
    const user = userEvent.setup()
    const transport = renderApp('activity')
    const table = await screen.findByRole('grid', { name: 'Activity' })
    await within(table).findAllByText('done')
    const count = () => Number(table.getAttribute('aria-rowcount'))
    const before = count()
    const next = (id: number): Execution => ({ ...(LIST[1] as Execution), id, finishedAtMs: Date.now() })
    transport.emit('executions.changed', next(9001))
    await expect.poll(count).toBe(before + 1)
    await user.keyboard(' ')
    expect(await screen.findByText('Held; new entries wait')).toBeTruthy()
    transport.emit('executions.changed', next(9002))
    await new Promise((resolve) => setTimeout(resolve, 400))
    expect(count()).toBe(before + 1)
    await user.click(screen.getByRole('button', { name: /Go on/ }))
    await expect.poll(count).toBe(before + 2)
  })

  it('shows changes alone when asked, with who made them', async () => {
    const user = userEvent.setup()
    renderApp('activity')
    await user.click(await screen.findByRole('radio', { name: 'Changes' }))
    const table = screen.getByRole('grid', { name: 'Activity' })
    expect(await within(table).findByText(/Switched raw to emergency by rule vibration/)).toBeTruthy()
    expect(within(table).queryByText('done')).toBeNull()
  })
})

describe('a line of the stream', () => {
  it('is stalled only after a minute of failing', () => {
    const base = LIST[4] as Execution
    const failing = (ms: number): Execution => ({
      ...base,
      claimedAtMs: NOW,
      failure: { code: 'throttled', message: 'SlowDown', hint: undefined, atMs: NOW + ms, nextRetryMs: NOW + ms + 1 },
    })
    expect(executionState(failing(59_999))).toBe('retrying')
    expect(executionState(failing(60_000))).toBe('stalled')
  })

  it('is the same object as long as its execution is, so that it is not drawn again', () => {
    const execution = LIST[1] as Execution
    expect(executionRow(execution)).toBe(executionRow(execution))
    expect(executionRow({ ...execution })).not.toBe(executionRow(execution))
  })
})
