import type { HandlersOf } from '../../../shared/ipc/contract.ts'
import type { EmbeddedStore } from '../objects/embedded/embeddedStore.ts'
import type { CallContext } from './dependencies.ts'

/** `store.*`: opens and closes the embedded store's loopback door. Keys are made at each start and kept in memory only. */
export function storeHandlers(embedded: () => EmbeddedStore): HandlersOf<'store', CallContext> {
  return {
    'store.listen': async ({ port }) => {
      const store = embedded()
      const { endpoint } = await store.listen(port)
      return { endpoint, region: store.region, ...store.credentials }
    },
    'store.close': async () => {
      await embedded().unlisten()
      return null
    },
  }
}
