import { mkdirSync, rmSync } from 'node:fs'
import type { Stage, StageInput } from './stage.ts'
import { bytes } from './stages/bytes.ts'
import { endToEnd } from './stages/endToEnd.ts'
import { memory } from './stages/memory.ts'
import { pandas } from './stages/pandas.ts'
import { speed } from './stages/speed.ts'

const STAGES: Readonly<Record<string, Stage>> = { bytes, endToEnd, memory, pandas, speed }

// One stage in a process of its own: its name and input come as arguments, its figures leave as JSON.
const [, , name = '', input = '{}'] = process.argv
const stage = STAGES[name]
if (stage === undefined) throw new Error(`There is no stage ${name}: ${Object.keys(STAGES).join(', ')}.`)
const parsed = JSON.parse(input) as StageInput
mkdirSync(parsed.folder, { recursive: true })
try {
  console.log(JSON.stringify(await stage(parsed)))
} finally {
  rmSync(parsed.folder, { recursive: true, force: true })
}
