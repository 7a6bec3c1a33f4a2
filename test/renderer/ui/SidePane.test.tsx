import '../setup.ts'
import { MantineProvider } from '@mantine/core'
import { act, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { describe, expect, it, vi } from 'vitest'
import { SidePane, SidePaneButton } from '../../../renderer/ui/SidePane.tsx'
import { openSidePane } from '../../../renderer/ui/sidePaneState.ts'

/** A window whose width a test changes. */
function stubWidth(px: number): (next: number) => void {
  let width = px
  const watchers = new Set<() => void>()
  const matches = (media: string) => width <= Number(/max-width: (\d+)px/.exec(media)?.[1] ?? 0)
  vi.stubGlobal('matchMedia', (media: string) => ({
    media,
    get matches() {
      return matches(media)
    },
    addEventListener: (_: string, watcher: (event: { readonly matches: boolean }) => void) =>
      watchers.add(() => watcher({ matches: matches(media) })),
    removeEventListener: () => undefined,
  }))
  return (next) => {
    width = next
    act(() => watchers.forEach((watcher) => watcher()))
  }
}

function renderScreen(): void {
  render(
    <MantineProvider>
      <SidePaneButton label="Detail" />
      <SidePane label="Detail">
        <button type="button">Retry now</button>
      </SidePane>
    </MantineProvider>,
  )
}

describe('a side pane', () => {
  it('stands beside the rest where there is room, without a button', () => {
    stubWidth(1280)
    renderScreen()
    expect(screen.getByRole('complementary', { name: 'Detail' }).textContent).toBe('Retry now')
    expect(screen.queryByRole('button', { name: 'Detail' })).toBeNull()
  })

  it('is a drawer in a narrow window: its button opens it, Escape closes it and focus goes back', async () => {
    stubWidth(1024)
    const user = userEvent.setup()
    renderScreen()
    expect(screen.queryByText('Retry now')).toBeNull()
    const button = screen.getByRole('button', { name: 'Detail' })
    await user.click(button)
    const drawer = await screen.findByRole('dialog', { name: 'Detail' })
    await expect.poll(() => drawer.contains(document.activeElement)).toBe(true)
    await user.keyboard('{Escape}')
    await expect.poll(() => screen.queryByRole('dialog')).toBeNull()
    await expect.poll(() => document.activeElement).toBe(button)
  })

  it('opens from a line of the screen too, and stands in its place again when the window grows', async () => {
    const resize = stubWidth(1024)
    renderScreen()
    act(openSidePane)
    await screen.findByRole('dialog', { name: 'Detail' })
    resize(1440)
    expect(screen.queryByRole('dialog')).toBeNull()
    expect(screen.getByRole('complementary', { name: 'Detail' })).toBeTruthy()
  })
})
