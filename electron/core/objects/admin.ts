import { FieldgateError } from '../../../shared/domain/errors.ts'
import type { ObjectStore, StoreAdmin } from './port.ts'

/** The store's administration. Throws `unsupported` for a store that has none. */
export function adminOf(store: ObjectStore): StoreAdmin {
  if (store.admin !== undefined) return store.admin
  throw new FieldgateError('unsupported', 'This store cannot be administered from here.', {
    hint: 'Use the tools of the store.',
  })
}
