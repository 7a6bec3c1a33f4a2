import { Fragment } from 'react'
import type { ReconcileReport } from '../../../shared/domain/reconcile.ts'
import { messages } from '../../text/messages.ts'
import { formatCount } from '../../ui/format.ts'
import { committedRows } from './proofModel.ts'

const words = messages.proof

const PARTS = ['delivered', 'aggregated', 'filtered', 'quarantined', 'waiting'] as const

/** Where the source rows are: a bar and an equation that adds up. Small parts keep a least width; the numbers carry the truth. */
export function Balance({ report }: { readonly report: ReconcileReport }) {
  const { totals } = report
  const present = PARTS.filter((part) => totals[part] > 0)
  const committed = committedRows(report)
  const isEqual = totals.objects === totals.objectsEqual
  return (
    <div className="pf-balance">
      <div className="pf-flow" role="img" aria-label={`${words.balanceLabel}: ${describe(report)}`}>
        {present.map((part) => (
          <i key={part} className={`f-${part}`} style={{ flexGrow: totals[part] / Math.max(1, committed) }} />
        ))}
      </div>
      <div className="pf-equation">
        <div>
          <span className="micro t3">{words.rowsInSource}</span>
          <b>{formatCount(committed)}</b>
        </div>
        {PARTS.map((part, index) => (
          <Fragment key={part}>
            <span className="op">{index === 0 ? '=' : '+'}</span>
            <div>
              <span className="micro t2">
                <i className={`sw f-${part}`} />
                {words.parts[part]}
              </span>
              <b>{formatCount(totals[part])}</b>
            </div>
          </Fragment>
        ))}
        {totals.missing > 0 && (
          <>
            <span className="op">+</span>
            <div>
              <span className="micro c-bad">{words.missing}</span>
              <b className="c-bad">{formatCount(totals.missing)}</b>
            </div>
          </>
        )}
        <span className="grow" />
        <div className="pf-sums">
          <span className="micro t3">{words.checksums}</span>
          <b className={isEqual ? 'c-ok' : 'c-bad'}>
            {words.ofObjects(formatCount(totals.objectsEqual), formatCount(totals.objects))}
          </b>
        </div>
      </div>
    </div>
  )
}

function describe(report: ReconcileReport): string {
  return PARTS.map((part) => `${words.parts[part]} ${formatCount(report.totals[part])}`).join(', ')
}
