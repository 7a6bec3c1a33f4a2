import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import { writeFileAtomic } from '../support/atomicFile.ts'

/** Variables that say which credentials hold. Writing one set of them takes the others away. */
const CREDENTIAL_VARIABLES = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_PROFILE',
  'FIELDGATE_CREDENTIALS',
] as const

const OWNER_ONLY = 0o600
const FOR_OTHERS = 0o077
const IGNORED = ['.env', 'credentials/'] as const

/**
 * Puts variables into the `.env` of a workspace, readable by its owner only, and keeps every other line. Credential variables
 * that are not among them go, so that an old key never meets a new secret. Throws `invalid` for a value that a `.env` cannot hold.
 */
export function writeDotEnv(workspace: string, variables: ReadonlyMap<string, string>): string {
  const path = join(workspace, '.env')
  const existing = existsSync(path) ? readFileSync(path, 'utf8') : ''
  writeFileAtomic(path, mergeVariables(existing, variables), OWNER_ONLY)
  return path
}

/** The text of a `.env` with these variables in place of credentials it held. */
export function mergeVariables(existing: string, variables: ReadonlyMap<string, string>): string {
  const replaced = new Set<string>([...CREDENTIAL_VARIABLES, ...variables.keys()])
  const kept = existing
    .split(/\r?\n/)
    .filter((line) => !replaced.has(/^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=/.exec(line)?.[1] ?? ''))
  while (kept.at(-1) === '') kept.pop()
  return [...kept, ...[...variables].map(([name, value]) => `${name}=${quote(name, value)}`), ''].join('\n')
}

function quote(name: string, value: string): string {
  if (!/["'$\r\n\\]/.test(value)) return /^[\w./:@%+=-]+$/.test(value) ? value : `"${value}"`
  throw new FieldgateError('invalid', `The value of ${name} holds a character that .env files cannot carry.`, {
    hint: 'Look for a stray quote, dollar sign or line break in it.',
  })
}

/**
 * Makes sure that git ignores `.env` and `credentials/`. True when lines were added. Does nothing outside a git checkout, and
 * nothing for names a pattern covers already.
 */
export function ignoreSecrets(workspace: string): boolean {
  const missing = unignoredSecrets(workspace)
  if (missing.length === 0) return false
  const path = join(workspace, '.gitignore')
  const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
  writeFileAtomic(path, `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${missing.join('\n')}\n`)
  return true
}

/** Those of `.env` and `credentials/` that git would take up; empty outside a checkout. Reads ignore files up to its root. */
export function unignoredSecrets(workspace: string): readonly string[] {
  const patterns: string[] = []
  for (let folder = workspace; ; folder = dirname(folder)) {
    const path = join(folder, '.gitignore')
    if (existsSync(path))
      patterns.push(
        ...readFileSync(path, 'utf8')
          .split(/\r?\n/)
          .map((line) => line.trim()),
      )
    if (existsSync(join(folder, '.git'))) break
    if (dirname(folder) === folder) return []
  }
  const covers: Readonly<Record<(typeof IGNORED)[number], RegExp>> = {
    '.env': /^(?:\/|\*\*\/)?(?:\.env|\.env\*|\*\.env|\.\*)$/,
    'credentials/': /^(?:\/|\*\*\/)?credentials(?:\/?|\/\*{1,2})$/,
  }
  return IGNORED.filter((name) => !patterns.some((pattern) => covers[name].test(pattern)))
}

/** A file with secrets that others of this computer can read, with its permissions in octal. */
export interface LooseFile {
  readonly path: string
  readonly mode: string
}

/**
 * Credential files that more than their owner may read: `.env`, everything in the credentials folder, and the shared files of
 * AWS in the home. Empty on Windows, where permissions are not bits.
 */
export function findLooseFiles(places: {
  readonly workspace: string
  readonly credentialsFolder: string
  readonly home: string | undefined
}): readonly LooseFile[] {
  if (process.platform === 'win32') return []
  const { workspace, credentialsFolder, home } = places
  const folder =
    existsSync(credentialsFolder) && statSync(credentialsFolder).isDirectory() ? readdirSync(credentialsFolder) : []
  const paths = [
    join(workspace, '.env'),
    ...folder.toSorted().map((name) => join(credentialsFolder, name)),
    ...(home === undefined ? [] : [join(home, '.aws', 'credentials')]),
  ]
  return paths.flatMap((path) => {
    const stat = statSync(path, { throwIfNoEntry: false })
    const isLoose = stat?.isFile() === true && (stat.mode & FOR_OTHERS) !== 0
    return isLoose ? [{ path, mode: (stat.mode & 0o777).toString(8).padStart(4, '0') }] : []
  })
}

/** The last four characters, enough to tell keys apart. */
export function maskKey(accessKeyId: string): string {
  return `…${accessKeyId.slice(-4)}`
}
