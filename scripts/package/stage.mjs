import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../lib/paths.mjs'
import { capture } from '../lib/run.mjs'

/** Everything that a package is made from. What is not named here cannot get into one. */
const SOURCES = [
  'LICENSE',
  'THIRD-PARTY-LICENSES.txt',
  'electron',
  'electron-builder.yml',
  'electron.vite.config.ts',
  'package-lock.json',
  'package.json',
  'renderer',
  'resources',
  'shared',
]

/**
 * Copies the sources, of this checkout or of another stage, into an empty folder and builds there, so that no leftover of an earlier build and no file of this checkout
 * that is not meant to can slip into a package. Throws with the output of the build when it fails.
 */
export async function stageBuild(folder, from = ROOT) {
  mkdirSync(folder, { recursive: true })
  for (const name of SOURCES) cpSync(join(from, name), join(folder, name), { recursive: true })
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(tsconfigOf(folder)))
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction')
  await run(join(ROOT, 'node_modules', '.bin', 'electron-vite'), ['build', '--logLevel', 'warn'], { cwd: folder })
  return folder
}

/** The types of the tests are not there; a reference to them would stop the build. */
function tsconfigOf(folder) {
  const config = JSON.parse(readFileSync(join(ROOT, 'tsconfig.json'), 'utf8'))
  return { ...config, references: config.references.filter(({ path }) => existsSync(join(folder, path))) }
}

/** Runs a command to its end and returns what it printed. Throws with it when the command fails. */
export async function run(command, args, options) {
  const { code, output } = await capture(command, args, options)
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${output}`)
  return output
}
