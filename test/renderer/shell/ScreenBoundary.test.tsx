import '../setup.ts'
import { render, screen } from '@testing-library/react'
import { afterEach, expect, it, vi } from 'vitest'
import { ScreenBoundary } from '../../../renderer/shell/ScreenBoundary.tsx'

afterEach(() => vi.restoreAllMocks())

function show(message: string): void {
  // React writes every caught error to the console as well.
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
  const Broken = (): never => {
    throw new Error(message)
  }
  render(
    <ScreenBoundary>
      <Broken />
    </ScreenBoundary>,
  )
}

it('a screen that was never read before the engine went away says so, without the address of a script', () => {
  show('Failed to fetch dynamically imported module: http://127.0.0.1:1/assets/BucketsScreen-x.js')
  expect(screen.getByRole('alert').textContent).toContain('was not read before the engine went away')
  expect(screen.getByRole('alert').textContent).not.toContain('assets')
})

it('any other failure of a screen is told as it is', () => {
  show('The list is not a list.')
  expect(screen.getByRole('alert').textContent).toContain('The list is not a list.')
})
