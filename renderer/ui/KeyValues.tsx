import { Fragment } from 'react'
import type { ReactNode } from 'react'

export interface KeyValue {
  readonly key: string
  readonly value: ReactNode
  /** For what one would paste. */
  readonly isMono?: boolean
}

/** Names left, values right; entries without a value are left out. */
export function KeyValues({ entries }: { readonly entries: readonly KeyValue[] }) {
  return (
    <dl className="kv">
      {entries
        .filter(({ value }) => value !== undefined)
        .map(({ key, value, isMono = false }) => (
          <Fragment key={key}>
            <dt>{key}</dt>
            <dd className={isMono ? 'mono' : undefined}>{value}</dd>
          </Fragment>
        ))}
    </dl>
  )
}
