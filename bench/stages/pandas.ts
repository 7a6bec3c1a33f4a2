import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type { Stage } from '../stage.ts'

const SCRIPT = `
import sqlite3, sys, time
import pandas as pd
import pyarrow
path, rows, out = sys.argv[1], int(sys.argv[2]), sys.argv[3]
db = sqlite3.connect(path)
started, last, done, part = time.time(), 0, 0, 0
while done < rows:
    frame = pd.read_sql('SELECT * FROM sensor_readings WHERE id > ? ORDER BY id LIMIT 50000', db, params=(last,))
    if len(frame) == 0: break
    last = int(frame['id'].iloc[-1]); done += len(frame); part += 1
    frame.to_parquet(f'{out}/pandas-{part}.parquet', compression='snappy')
print(done / (time.time() - started))
`

/** Rows per second of the original's way: read_sql and to_parquet. Empty where python has no pandas or no pyarrow. */
export const pandas: Stage = async ({ path, rows, folder }) => {
  try {
    execFileSync('python3', ['-c', 'import pandas, pyarrow'], { stdio: 'ignore' })
  } catch {
    return {}
  }
  const output = execFileSync('python3', ['-c', SCRIPT, path, String(rows), join(folder)], { encoding: 'utf8' })
  return { rowsPerSecond: Number(output) }
}
