import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Runs an installed `fieldgate` command from end to end in a new folder: a sensor writes a database, an upload carries it, the
 * proof checks it, the window is served. Nothing of this checkout's environment is passed on. Throws naming the step that failed.
 */
export async function smokeTest(command, folder) {
  mkdirSync(folder, { recursive: true })
  const database = join(folder, 'nodes', 'sensor_data.db')
  const go = (args) => runCommand(command, args, folder)
  const started = JSON.parse(
    (await go(['sensor', '--db', database, '--history', '1h', '--duration', '1s', '--json'])).split('\n')[1],
  )
  await go(['upload', '--once', '--sqlite', database])
  const proof = JSON.parse(await go(['reconcile', '--sqlite', database, '--json']))
  const window = JSON.parse(await go(['serve', '--host-check', '--sqlite', database, '--json']))
  return { version: (await go(['--version'])).trim(), rows: started.rows, proof, window }
}

/** Runs a command to its end and returns its output. Throws with what it printed when its exit code is not 0. */
export function runCommand([file, ...first], args, cwd) {
  const all = [...first, ...args]
  return new Promise((resolve, reject) => {
    const child = spawn(file, all, {
      cwd,
      env: { HOME: cwd, PATH: '/usr/bin:/bin', TMPDIR: process.env.TMPDIR ?? '/tmp' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    let problems = ''
    child.stdout.on('data', (bytes) => (output += bytes))
    child.stderr.on('data', (bytes) => (problems += bytes))
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (code === 0) resolve(output)
      else reject(new Error(`${file} ${all.join(' ')} ended with ${code ?? signal}:\n${output}${problems}`))
    })
  })
}
