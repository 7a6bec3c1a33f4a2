import type { ContractColumn } from '../../../shared/domain/settings.ts'
import { useRules } from '../../stores/rules.ts'
import { messages } from '../../text/messages.ts'
import { Scroll } from '../../ui/Scroll.tsx'
import { EmptyState, ErrorState, Skeleton } from '../../ui/states.tsx'

const words = messages.pipelines.contracts

/** What rows of each table must satisfy to be delivered as schematized. */
export function ContractsTab() {
  const { load, contracts } = useRules()
  if (load.phase === 'failed') return <ErrorState error={load.error} />
  if (load.phase !== 'ready') return <Skeleton />
  if (contracts.length === 0) return <EmptyState title={words.emptyTitle}>{words.empty}</EmptyState>
  return (
    <Scroll label={messages.pipelines.tabs.contracts} className="pl-contracts">
      {contracts.map((contract) => (
        <section key={`${contract.table}/${contract.version}`} className="panel">
          <div className="ph">
            <h2>{words.title(contract.table, contract.version)}</h2>
            <span className="t3 small ell">{words.text}</span>
          </div>
          <table className="tbl">
            <thead>
              <tr>
                <th>{words.columns.column}</th>
                <th>{words.columns.type}</th>
                <th>{words.columns.unit}</th>
                <th>{words.columns.range}</th>
                <th>{words.columns.required}</th>
                <th>{words.columns.values}</th>
              </tr>
            </thead>
            <tbody>
              {Object.entries(contract.columns).map(([name, column]) => (
                <tr key={name}>
                  <td className="mono">{name}</td>
                  <td className="t2">{column.type}</td>
                  <td className="t2">{column.unit}</td>
                  <td>{rangeOf(column)}</td>
                  <td className="t2">{column.required === true ? words.required : ''}</td>
                  <td className="mono micro" title={valuesOf(column)}>
                    {valuesOf(column)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      ))}
    </Scroll>
  )
}

function rangeOf({ min, max }: ContractColumn): string {
  if (min === undefined && max === undefined) return ''
  return `${min ?? '−∞'} to ${max ?? '∞'}`
}

function valuesOf({ pattern, oneOf }: ContractColumn): string {
  return [pattern, oneOf?.join(', ')].filter((part) => part !== undefined).join('  ')
}
