/** `node scripts/killLoop.mjs --times 200`: kill -9 of a running upload at random moments, then the proof. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { bootstrap } from './lib/bootstrap.mjs'

async function main() {
  const { values } = parseArgs({
    options: {
      times: { type: 'string', default: '200' },
      seed: { type: 'string', default: '1' },
      rows: { type: 'string', default: '3000' },
    },
  })
  const { runKillLoop } = await import('../test/helpers/killLoop.ts')
  const folder = mkdtempSync(join(tmpdir(), 'fieldgate-kill-'))
  const startedAt = performance.now()
  try {
    const { moments, rows, report } = await runKillLoop({
      folder,
      times: Number(values.times),
      seed: Number(values.seed),
      rowsPerRound: Number(values.rows),
      onRound: (round, struck) => process.stdout.write(`${round} ${struck}\n`),
    })
    const { missing, duplicated, different, sourceRows, delivered } = report.totals
    process.stdout.write(`kills struck: ${JSON.stringify(moments)}\n`)
    process.stdout.write(
      `${rows} rows in SQLite; checked ${sourceRows}, delivered ${delivered}; ${missing} missing, ${duplicated} duplicated, ` +
        `${different} different; ${report.isClean ? 'clean' : 'NOT CLEAN'} (${Math.round((performance.now() - startedAt) / 1000)} s)\n`,
    )
    process.exitCode = report.isClean ? 0 : 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

if (await bootstrap(fileURLToPath(import.meta.url), process.argv.slice(2))) await main()
