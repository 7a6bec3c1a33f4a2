import { expect, test } from '@playwright/test'
import { launchDesktop } from '../support/desktop.ts'
import { fieldgateWindow } from '../support/fieldgateWindow.ts'
import type { CallReply } from '../support/fieldgateWindow.ts'
import { makeWorkspace } from '../support/workspaces.ts'

interface Bridge {
  call(method: string, input: unknown, id?: string): Promise<CallReply>
}

test('a proof that the window gives up ends in the engine, and another can begin', async () => {
  const workspace = makeWorkspace({ nodes: 4, rowsPerNode: 20_000 })
  const desktop = await launchDesktop({ args: ['--workspace', workspace.folder] })
  try {
    const fieldgate = fieldgateWindow(await desktop.page())
    await fieldgate.page.waitForFunction(() => 'fieldgate' in window)
    await fieldgate.drained()
    const reply = await fieldgate.page.evaluate(async () => {
      const { fieldgate: bridge } = window as unknown as { readonly fieldgate: Bridge }
      const proof = bridge.call('reconcile.run', {}, 'a-proof')
      await bridge.call('call.cancel', { id: 'a-proof' })
      return proof
    })
    expect(reply).toMatchObject({ ok: false, error: { code: 'cancelled' } })
    await fieldgate.proven()
  } finally {
    await desktop.close()
    workspace.remove()
  }
})
