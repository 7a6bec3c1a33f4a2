import type { Chromium } from './chromium.ts'

/** What the parts of the stand-in share: the app that runs and the browser behind it. */
export interface Runtime {
  readonly appPath: string
  readonly manifest: { readonly name?: string; readonly productName?: string; readonly version?: string }
  readonly executable: string
  /** Command line after the executable. */
  readonly argv: readonly string[]
  readonly debugPort: string | undefined
  /** Resolves when Chromium runs; the app is ready a moment later. */
  chromium(): Promise<Chromium>
  isReady(): boolean
}

/** An event that a listener may prevent. */
export interface PreventableEvent {
  defaultPrevented: boolean
  preventDefault(): void
}

export function preventable<T extends object>(fields: T): T & PreventableEvent {
  return {
    ...fields,
    defaultPrevented: false,
    preventDefault() {
      this.defaultPrevented = true
    },
  }
}
