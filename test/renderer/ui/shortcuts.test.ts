import { afterEach, describe, expect, it, vi } from 'vitest'
import { addShortcut, handleKey, listShortcuts, nameKeys } from '../../../renderer/ui/shortcuts.ts'

const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
  document.body.replaceChildren()
})

function register(keys: string) {
  const run = vi.fn<() => void>()
  stops.push(addShortcut({ keys, label: keys, run }))
  return run
}

function press(init: KeyboardEventInit & { readonly key: string }, target: EventTarget = document.body, atMs = 0) {
  const event = new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...init })
  Object.defineProperty(event, 'target', { value: target })
  handleKey(event, atMs)
  return event
}

describe('shortcuts', () => {
  it('name key presses as the help shows them', () => {
    const base = { code: '', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false }
    expect(nameKeys({ ...base, key: 'k', ctrlKey: true })).toBe('Ctrl K')
    expect(nameKeys({ ...base, key: 'k', metaKey: true })).toBe('Ctrl K')
    expect(nameKeys({ ...base, key: 'C', ctrlKey: true, shiftKey: true })).toBe('Ctrl Shift C')
    expect(nameKeys({ ...base, key: '?', shiftKey: true })).toBe('?')
    expect(nameKeys({ ...base, key: '¡', code: 'Digit1', altKey: true })).toBe('Alt 1')
    expect(nameKeys({ ...base, key: ' ' })).toBe('Space')
    expect(nameKeys({ ...base, key: 'Escape' })).toBe('Esc')
  })

  it('run once and keep the browser from doing its own', () => {
    const run = register('Ctrl K')
    expect(press({ key: 'k', ctrlKey: true }).defaultPrevented).toBe(true)
    expect(run).toHaveBeenCalledTimes(1)
  })

  it('never fire from single letters while a field has focus, but do with Ctrl', () => {
    const letter = register('F')
    const command = register('Ctrl Enter')
    const field = document.body.appendChild(document.createElement('input'))
    press({ key: 'f' }, field)
    press({ key: 'Enter', ctrlKey: true }, field)
    expect(letter).not.toHaveBeenCalled()
    expect(command).toHaveBeenCalledTimes(1)
  })

  it('leave Space and Enter to the button that has focus', () => {
    const hold = register('Space')
    const button = document.body.appendChild(document.createElement('button'))
    press({ key: ' ' }, button)
    expect(hold).not.toHaveBeenCalled()
    press({ key: ' ' })
    expect(hold).toHaveBeenCalledTimes(1)
  })

  it('take two presses in a row as one, and forget the first after a while', () => {
    const go = register('G F')
    const filter = register('F')
    press({ key: 'g' }, document.body, 0)
    press({ key: 'f' }, document.body, 400)
    expect(go).toHaveBeenCalledTimes(1)
    press({ key: 'g' }, document.body, 1000)
    press({ key: 'f' }, document.body, 5000)
    expect(go).toHaveBeenCalledTimes(1)
    expect(filter).toHaveBeenCalledTimes(1)
  })

  it('are silent while a dialog is open, but for the palette', () => {
    const add = register('A')
    const palette = register('Ctrl K')
    const dialog = document.body.appendChild(document.createElement('div'))
    dialog.setAttribute('aria-modal', 'true')
    press({ key: 'a' })
    press({ key: 'k', ctrlKey: true })
    expect(add).not.toHaveBeenCalled()
    expect(palette).toHaveBeenCalledTimes(1)
  })

  it('leave Ctrl Z to a field that has focus', () => {
    const undo = register('Ctrl Z')
    const field = document.body.appendChild(document.createElement('textarea'))
    press({ key: 'z', ctrlKey: true }, field)
    expect(undo).not.toHaveBeenCalled()
    press({ key: 'z', ctrlKey: true })
    expect(undo).toHaveBeenCalledTimes(1)
  })

  it('belong to the newest of the same keys, and to the older one again after it is gone', () => {
    const older = register('Esc')
    const stop = addShortcut({ keys: 'Esc', label: 'newer', run: () => undefined })
    expect(
      listShortcuts()
        .filter(({ keys }) => keys === 'Esc')
        .map(({ label }) => label),
    ).toEqual(['newer'])
    press({ key: 'Escape' })
    expect(older).not.toHaveBeenCalled()
    stop()
    press({ key: 'Escape' })
    expect(older).toHaveBeenCalledTimes(1)
  })
})
