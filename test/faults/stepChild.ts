/** `node stepChild.ts SIGNAL STEP NTH`: uploads once through the real engine and sends itself the signal at the nth such step. */
import { createEngine } from '../../electron/core/engine.ts'
import { loadConfig } from '../../electron/core/config/loadConfig.ts'
import { createLog } from '../../electron/core/support/log.ts'
import { systemClock } from '../../electron/core/support/clock.ts'
import { processPorts } from '../../electron/cli/ports.ts'

const [signal, label, nth] = process.argv.slice(2)
const { config } = loadConfig({ env: process.env, flags: {}, cwd: process.cwd() })
let seen = 0
const engine = createEngine(config, {
  ...processPorts(createLog(systemClock, (entry) => process.stderr.write(`${JSON.stringify(entry)}\n`))),
  step: (step) => {
    if (step !== label || ++seen !== Number(nth)) return
    process.stdout.write(`at ${step}\n`)
    process.kill(process.pid, signal)
  },
})
const result = await engine.call('uploads.run', {})
await engine.stop()
process.stdout.write(`${JSON.stringify(result)}\n`)
process.exitCode = result.failed > 0 || result.readOnly.length > 0 ? 1 : 0
