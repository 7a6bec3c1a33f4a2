import { cleanup, configure } from '@testing-library/react'
import { afterEach, vi } from 'vitest'

configure({ asyncUtilTimeout: 8000, getElementError: (message) => new Error(message ?? 'not found') })

// What jsdom lacks and the page expects of a browser: layout observers, media queries, a scroll box with a size.
class Observer {
  readonly observe = (): void => undefined
  readonly unobserve = (): void => undefined
  readonly disconnect = (): void => undefined
}

vi.stubGlobal('ResizeObserver', Observer)
vi.stubGlobal('matchMedia', (media: string) => ({
  matches: false,
  media,
  addEventListener: () => undefined,
  removeEventListener: () => undefined,
}))
Element.prototype.scrollIntoView = () => undefined
Element.prototype.scrollTo = () => undefined
Object.defineProperty(Element.prototype, 'clientHeight', { get: () => 600, configurable: true })
Object.defineProperty(Element.prototype, 'clientWidth', { get: () => 900, configurable: true })

afterEach(() => {
  cleanup()
  localStorage.clear()
  sessionStorage.clear()
})
