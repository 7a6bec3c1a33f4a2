type Value = string | number | boolean | null

/** Rows of an object as a plain table: numbers right, null named, lineage columns first. */
export function RowsTable({
  columns,
  values,
  onOpen,
}: {
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly values: readonly (readonly Value[])[]
  readonly onOpen?: (row: readonly Value[]) => void
}) {
  const order = columns
    .map((column, index) => ({ column, index }))
    .toSorted((a, b) => Number(b.column.name === '_row_id') - Number(a.column.name === '_row_id'))
  return (
    <table className="tbl bk-values">
      <thead>
        <tr>
          {order.map(({ column }) => (
            <th
              key={column.name}
              className={isNumeric(column.type) ? 'num' : undefined}
              title={`${column.name}: ${column.type}`}
            >
              {column.name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {values.map((row, rowIndex) => (
          // Rows of a file have no name but their place in it.
          // oxlint-disable-next-line react/no-array-index-key
          <tr key={rowIndex} onDoubleClick={onOpen === undefined ? undefined : () => onOpen(row)}>
            {order.map(({ column, index }) => {
              const value = row[index]
              return (
                <td
                  key={column.name}
                  className={isNumeric(column.type) ? 'num' : undefined}
                  title={value === null ? 'null' : String(value)}
                >
                  {value === null || value === undefined ? <span className="t3">null</span> : String(value)}
                </td>
              )
            })}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function isNumeric(type: string): boolean {
  return /INT|DOUBLE|FLOAT|DECIMAL/i.test(type)
}
