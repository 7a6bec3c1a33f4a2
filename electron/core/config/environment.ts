import { BUILT_IN_PIPELINE_TYPES, PIPELINE_TYPE_ALIASES } from '../../../shared/domain/pipelineTypes.ts'
import { addEntry } from './layers.ts'
import type { Entry } from './layers.ts'
import type { ProblemList } from './problems.ts'
import { BUCKET_NAMES, SETTINGS } from './settings.ts'

/** Variables with where each was set. */
export type Environment = ReadonlyMap<string, { readonly value: string; readonly source: string }>

/** The variables of the process; empty ones count as not set, as in a compose file that passes them through. */
export function environmentOf(env: Readonly<Record<string, string | undefined>>): Environment {
  const variables = new Map<string, { value: string; source: string }>()
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && value !== '') variables.set(name, { value, source: name })
  }
  return variables
}

const ASSIGNMENT = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)$/

/**
 * Variables of a `.env` or a shell file of plain `export NAME="value"` lines. Quotes are taken off, `${NAME}` refers to earlier
 * lines except in single quotes; nothing is ever executed.
 */
export function parseVariableFile(text: string, label: string): Environment {
  const variables = new Map<string, { value: string; source: string }>()
  text.split(/\r?\n/).forEach((line, at) => {
    const match = ASSIGNMENT.exec(line)
    if (match === null) return
    const raw = (match[2] ?? '').trim()
    const value = raw.startsWith("'") ? unquote(raw) : expand(unquote(raw), variables)
    if (value !== '') variables.set(match[1] ?? '', { value, source: `${label}:${at + 1}` })
  })
  return variables
}

function expand(text: string, variables: Environment): string {
  return text.replace(
    /\$\{([A-Za-z_][A-Za-z0-9_]*)\}|\$([A-Za-z_][A-Za-z0-9_]*)/g,
    (_whole, braced: string | undefined, bare: string | undefined) => variables.get(braced ?? bare ?? '')?.value ?? '',
  )
}

function unquote(text: string): string {
  const quote = text[0]
  if (quote === '"' || quote === "'") {
    const end = text.indexOf(quote, 1)
    return end === -1 ? text.slice(1) : text.slice(1, end)
  }
  return text.replace(/\s+#.*$/, '')
}

const BUCKET_VARIABLE = /^S3_BUCKET_([A-Z][A-Z0-9_]*)$/
const NOT_A_TYPE = new Set(['PREFIX', 'REGION', 'NAME'])

/** The settings that variables hold. Relative paths among them are relative to `base`. */
export function readEnvironment(
  env: Environment,
  base: string,
  customTypes: readonly string[],
  problems: ProblemList,
): ReadonlyMap<string, Entry> {
  const entries = new Map<string, Entry>()
  for (const setting of SETTINGS) {
    for (const name of setting.env) {
      const variable = env.get(name)
      if (variable === undefined) continue
      const source = variable.source === name ? name : `${name} (${variable.source})`
      const place = { source, file: undefined, line: undefined, base, isExpanded: true }
      addEntry(entries, { ...place, path: setting.path, value: variable.value }, setting.path, problems)
    }
  }
  for (const [name, variable] of env) {
    const suffix = BUCKET_VARIABLE.exec(name)?.[1]
    if (suffix === undefined || NOT_A_TYPE.has(suffix)) continue
    const type = typeOfVariable(suffix, customTypes)
    if (type === undefined) continue
    const source = variable.source === name ? name : `${name} (${variable.source})`
    const path = `${BUCKET_NAMES}.${type.name}`
    if (type.isAlias && entries.has(path)) continue
    entries.set(path, { path, value: variable.value, source, file: undefined, line: undefined, base, isExpanded: true })
  }
  return entries
}

/** The pipeline type behind `S3_BUCKET_<SUFFIX>`; a variable for an unknown type is somebody else's. */
function typeOfVariable(
  suffix: string,
  customTypes: readonly string[],
): { readonly name: string; readonly isAlias: boolean } | undefined {
  const word = suffix.toLowerCase()
  const own = [...Object.keys(BUILT_IN_PIPELINE_TYPES), ...customTypes].find(
    (type) => type.replaceAll('-', '_') === word,
  )
  if (own !== undefined) return { name: own, isAlias: false }
  const alias = PIPELINE_TYPE_ALIASES[word]
  return alias === undefined ? undefined : { name: alias, isAlias: true }
}
