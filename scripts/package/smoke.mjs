import { spawn } from 'node:child_process'
import { once } from 'node:events'
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
  await checkWindow(command, folder, database)
  return { version: (await go(['--version'])).trim(), rows: started.rows, proof, window }
}

/** Asks a served window for its page, script and style, under the policy that refuses everything else. Throws what is wrong. */
async function checkWindow([file, ...first], folder, database) {
  const child = spawn(file, [...first, 'serve', '--sqlite', database, '--json'], { cwd: folder, env: cleanEnv(folder) })
  try {
    const [line] = await once(child.stdout, 'data')
    const { url } = JSON.parse(String(line).split('\n')[0])
    const page = await fetch(url)
    const policy = page.headers.get('content-security-policy') ?? ''
    if (!policy.includes("default-src 'none'") || /unsafe-(inline|eval)/.test(policy))
      throw new Error(`The window is served under this policy: "${policy}".`)
    const parts = [...(await page.text()).matchAll(/(?:src|href)="(\.\/[^"]+)"/g)].map(([, path]) => new URL(path, url))
    for (const part of parts) {
      const { status } = await fetch(part)
      if (status !== 200) throw new Error(`${part.pathname} of the window answers ${status}.`)
    }
    if (parts.length < 2) throw new Error('The page of the window loads no script or no style.')
  } finally {
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
}

/** Runs a command to its end and returns its output. Throws with what it printed when its exit code is not 0. */
export function runCommand([file, ...first], args, cwd) {
  const all = [...first, ...args]
  return new Promise((resolve, reject) => {
    const child = spawn(file, all, {
      cwd,
      env: cleanEnv(cwd),
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

/** An environment in which nothing of this checkout can be found. */
function cleanEnv(home) {
  return { HOME: home, PATH: '/usr/bin:/bin', TMPDIR: process.env.TMPDIR ?? '/tmp' }
}
