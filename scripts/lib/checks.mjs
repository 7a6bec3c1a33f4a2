import { join } from 'node:path'
import { ROOT } from './paths.mjs'
import { capture, seconds } from './run.mjs'

const FOLDERS = ['electron', 'renderer', 'shared', 'test', 'e2e', 'bench', 'scripts']
const bin = (name) => join(ROOT, 'node_modules', '.bin', name)

/** The checks that read the sources. Each is quiet when it passes. */
export const CHECKS = [
  { name: 'types', command: bin('tsc'), args: ['-b', '--pretty', 'false'] },
  { name: 'lint', command: bin('oxlint'), args: ['--deny-warnings'] },
  { name: 'format', command: bin('oxfmt'), args: ['--check', ...FOLDERS, '!bench/RESULTS.md'] },
  { name: 'dead code', command: bin('knip'), args: ['--no-progress'] },
]

/** Runs the checks one after the other; prints the output of those that fail. Resolves to { passed, failed }. */
export async function runChecks() {
  let failed = 0
  for (const check of CHECKS) {
    const startedAt = performance.now()
    const { code, output } = await capture(check.command, check.args)
    process.stdout.write(`  ${code === 0 ? 'ok  ' : 'FAIL'} ${check.name} (${seconds(startedAt)})\n`)
    if (code === 0) continue
    failed++
    process.stdout.write(`${output}\n`)
  }
  return { passed: CHECKS.length - failed, failed }
}
