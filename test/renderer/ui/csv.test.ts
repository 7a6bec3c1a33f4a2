import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Column } from '../../../renderer/ui/table/columns.ts'
import { csvCell, toCsv } from '../../../renderer/ui/table/csv.ts'

interface Row {
  readonly name: string
  readonly backlog: number
}

const COLUMNS: readonly Column<Row>[] = [
  { id: 'name', label: 'Node', width: 100, value: (row) => row.name, cell: (row) => row.name },
  { id: 'trend', label: 'Trend', width: 100, cell: () => null },
  { id: 'backlog', label: 'Backlog', width: 100, value: (row) => row.backlog, cell: (row) => row.backlog },
]

/** Reads RFC 4180 back: the other direction, for the round trip. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]]
  let cell = ''
  let isQuoted = false
  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string
    if (isQuoted) {
      if (character === '"' && text[at + 1] === '"') cell += text[++at]
      else if (character === '"') isQuoted = false
      else cell += character
    } else if (character === '"') isQuoted = true
    else if (character === ',' || character === '\n') {
      rows.at(-1)?.push(character === '\n' ? cell.replace(/\r$/, '') : cell)
      cell = ''
      if (character === '\n') rows.push([])
    } else cell += character
  }
  return rows.slice(0, -1)
}

describe('CSV', () => {
  it('writes the columns that have a value, under their labels', () => {
    expect(toCsv([{ name: 'tulsa-02', backlog: 33 }], COLUMNS)).toBe('Node,Backlog\r\ntulsa-02,33\r\n')
  })

  it('disarms text that a spreadsheet would run as a formula, and leaves numbers numbers', () => {
    for (const evil of ['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx'])
      expect(csvCell(evil).replace(/^"/, '')).toMatch(/^'/)
    expect(csvCell(-12)).toBe('-12')
    expect(csvCell('a=b')).toBe('a=b')
    expect(csvCell(undefined)).toBe('')
  })

  it('comes back as it was, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ name: fc.string({ minLength: 1 }), backlog: fc.nat() }), { minLength: 1, maxLength: 8 }),
        (rows) => {
          const [, ...read] = parseCsv(toCsv(rows, COLUMNS))
          const expected = rows.map(({ name, backlog }) => [
            /^[=+\-@\t\r]/.test(name) ? `'${name}` : name,
            String(backlog),
          ])
          const plain = expected.filter(([name = '']) => !name.endsWith('\r'))
          expect(read.filter((_, index) => !(expected[index]?.[0] ?? '').endsWith('\r'))).toEqual(plain)
        },
      ),
    )
  })
})
