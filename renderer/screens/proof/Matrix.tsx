import { useRef } from 'react'
import type { KeyboardEvent } from 'react'
import { messages } from '../../text/messages.ts'
import { formatCount } from '../../ui/format.ts'
import { CellGlyph } from './CellGlyph.tsx'
import type { CellKind, ProofCell, ProofRow } from './proofModel.ts'

const words = messages.proof
const LEGEND: readonly CellKind[] = ['ok', 'live', 'wait', 'quarantine', 'epochs', 'none']
const MONTH = new Intl.DateTimeFormat('en-GB', { month: 'long', timeZone: 'UTC' })

export interface Selected {
  readonly key: string
  readonly date: string
}

interface MatrixProps {
  readonly rows: readonly ProofRow[]
  readonly dates: readonly string[]
  readonly groupLabel: string
  readonly selected: Selected | undefined
  readonly onSelect: (selected: Selected) => void
}

/** Groups by days, a mark per day. Arrows move between the days, Enter opens one. */
export function Matrix({ rows, dates, groupLabel, selected, onSelect }: MatrixProps) {
  const body = useRef<HTMLTableSectionElement>(null)
  const onKeyDown = (event: KeyboardEvent) => {
    const moves: Record<string, readonly [number, number]> = {
      ArrowLeft: [0, -1],
      ArrowRight: [0, 1],
      ArrowUp: [-1, 0],
      ArrowDown: [1, 0],
    }
    const move = moves[event.key]
    const at = document.activeElement?.getAttribute('data-at')?.split(':').map(Number)
    if (move === undefined || at === undefined) return
    event.preventDefault()
    const next = body.current?.querySelector<HTMLElement>(
      `[data-at="${(at[0] ?? 0) + move[0]}:${(at[1] ?? 0) + move[1]}"]`,
    )
    next?.focus()
  }
  return (
    <div className="scroll pf-scroll">
      <table className="pf-matrix">
        <colgroup>
          <col className="g" />
          {dates.map((date) => (
            <col key={date} />
          ))}
          <col className="r" />
          <col className="m" />
          <col className="d" />
        </colgroup>
        <thead>
          <tr>
            <th className="first">{monthsOf(dates)}</th>
            {dates.map((date) => (
              <th key={date}>{Number(date.slice(8))}</th>
            ))}
            <th className="num">{words.rows}</th>
            <th className="num">{words.missing}</th>
            <th className="num">{words.duplicated}</th>
          </tr>
        </thead>
        <tbody ref={body} onKeyDown={onKeyDown} aria-label={groupLabel}>
          {rows.map((row, rowIndex) => (
            <tr key={row.key}>
              <th scope="row" title={row.key}>
                {row.key}
              </th>
              {row.cells.map((cell, index) => {
                const isOn = selected?.key === row.key && selected.date === cell.date
                return (
                  <td key={cell.date} className={isOn ? 'on' : undefined}>
                    <button
                      type="button"
                      data-at={`${rowIndex}:${index}`}
                      tabIndex={rowIndex === 0 && index === row.cells.length - 1 ? 0 : isOn ? 0 : -1}
                      aria-label={words.cellLabel(row.key, cell.date, wordOf(cell))}
                      aria-pressed={isOn}
                      title={`${cell.date}: ${wordOf(cell)}`}
                      onClick={() => onSelect({ key: row.key, date: cell.date })}
                    >
                      <CellGlyph kind={cell.kind} count={cell.differences} />
                    </button>
                  </td>
                )
              })}
              <td className="num t2">{formatCount(row.rows)}</td>
              <td className={`num z${row.missing > 0 ? ' bad' : ''}`}>{formatCount(row.missing)}</td>
              <td className={`num z${row.duplicated > 0 ? ' bad' : ''}`}>{formatCount(row.duplicated)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className="pf-legend pf-matrix">
        {LEGEND.map((kind) => (
          <span key={kind}>
            <CellGlyph kind={kind} />
            {words.cells[kind]}
          </span>
        ))}
      </div>
    </div>
  )
}

function wordOf(cell: ProofCell): string {
  return cell.kind === 'bad' ? `${formatCount(cell.differences)} ${words.cells.bad}` : words.cells[cell.kind]
}

function monthsOf(dates: readonly string[]): string {
  const names = [...new Set(dates.map((date) => MONTH.format(Date.parse(date))))]
  return names.length > 2 ? `${names[0]} to ${names.at(-1)}` : names.join(', ')
}
