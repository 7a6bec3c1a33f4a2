import { expect } from '@playwright/test'
import type { Page } from '@playwright/test'
import type { HostInput, HostMethod, HostOutput, Input, Method, Output } from '../../shared/ipc/contract.ts'
import type { ErrorData } from '../../shared/domain/errors.ts'

export const SCREENS = ['fleet', 'pipelines', 'buckets', 'proof', 'activity', 'simulator', 'settings'] as const
export type Screen = (typeof SCREENS)[number]
export type Theme = 'dark' | 'light'

export type CallReply =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: ErrorData }

/** The window of Fieldgate as a person and as a script use it; the same for both hosts. */
export interface FieldgateWindow {
  readonly page: Page
  /** Goes to a screen through the navigation, as a person does. */
  open(screen: Screen): Promise<void>
  /** Goes to a place by its address, such as `node/midland-01`. */
  goTo(place: string): Promise<void>
  /** Calls a method as the page can. Throws the error that came back. */
  call<M extends Method>(method: M, input: Input<M>): Promise<Output<M>>
  callHost<M extends HostMethod>(method: M, input: HostInput<M>): Promise<HostOutput<M>>
  setTheme(theme: Theme): Promise<void>
  /** Waits until every row that waits is delivered. */
  drained(): Promise<void>
  /** Runs the full proof and expects 0 missing, 0 duplicated. */
  proven(): Promise<Output<'reconcile.run'>>
}

/** Wraps a page that shows the window of either host. */
export function fieldgateWindow(page: Page): FieldgateWindow {
  const send = async (method: string, input: unknown): Promise<unknown> => {
    const reply = await page.evaluate(callFromPage, { method, input })
    if (reply.ok) return reply.value
    throw new Error(`${method}: ${reply.error.code}: ${reply.error.message}`)
  }
  const own: FieldgateWindow = {
    page,
    open: async (screen) => {
      await page.getByRole('navigation', { name: 'Screens' }).locator(`a[href="#/${screen}"]`).click()
      await expect(page).toHaveURL(new RegExp(`#/${screen}`))
    },
    goTo: async (place) => {
      await page.evaluate((hash) => {
        window.location.hash = hash
      }, `#/${place}`)
    },
    call: (method, input) => send(method, input) as never,
    callHost: (method, input) => send(method, input) as never,
    setTheme: async (theme) => {
      const root = page.locator('html')
      if ((await root.getAttribute('data-theme')) !== theme)
        await page.getByRole('button', { name: 'Switch theme' }).click()
      await expect(root).toHaveAttribute('data-theme', theme)
    },
    drained: () =>
      expect
        .poll(async () => (await own.call('nodes.list', {})).reduce((sum, node) => sum + node.backlog, 0), {
          timeout: 90_000,
          message: 'rows that wait',
        })
        .toBe(0),
    proven: async () => {
      // The engine proves by itself from time to time; two proofs at once it refuses.
      let report: Output<'reconcile.run'> | undefined
      await expect
        .poll(async () => (report = await own.call('reconcile.run', {}).catch(unlessUnderWay)) !== undefined, {
          timeout: 120_000,
          message: 'a proof of our own',
        })
        .toBe(true)
      if (report === undefined) throw new Error('No proof was made.')
      const { missing, duplicated, different } = report.totals
      expect({ missing, duplicated, different }).toEqual({ missing: 0, duplicated: 0, different: 0 })
      return report
    },
  }
  return own
}

function unlessUnderWay(error: Error): undefined {
  if (!error.message.includes('under way')) throw error
}

/** Runs in the page: the bridge of the desktop, or the call of `fieldgate serve` with the token this tab keeps. */
export async function callFromPage(message: { readonly method: string; readonly input: unknown }): Promise<CallReply> {
  type Bridge = { call(method: string, input: unknown): Promise<CallReply> }
  const { fieldgate } = window as unknown as { readonly fieldgate?: Bridge }
  if (fieldgate !== undefined) return fieldgate.call(message.method, message.input)
  const response = await fetch('/api/call', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-fieldgate-token': sessionStorage.getItem('fieldgate.token') ?? '',
    },
    body: JSON.stringify(message),
  })
  return (await response.json()) as CallReply
}
