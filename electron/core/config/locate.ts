import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import { parseVariableFile } from './environment.ts'
import type { Environment } from './environment.ts'

/** Names of a configuration file, the first one found in a folder counts. */
export const CONFIG_FILE_NAMES: readonly string[] = [
  'fieldgate.yaml',
  'fieldgate.yml',
  'databricks-uploader-config.yaml',
]

export interface Located {
  /** Absolute folder that relative paths and the state belong to. */
  readonly workspace: string
  /** Absolute path of the configuration file, when there is one. */
  readonly file: string | undefined
}

/**
 * Finds the workspace: the file named, else the file in the folder named, else CONFIG_PATH, FIELDGATE_WORKSPACE, and the current
 * folder. Throws `notFound` for a file or folder that was named and does not exist.
 */
export function locateWorkspace(sources: {
  readonly file?: string
  readonly workspace?: string
  readonly env: Environment
  readonly cwd: string
}): Located {
  const { env, cwd } = sources
  const named = sources.file ?? (sources.workspace === undefined ? env.get('CONFIG_PATH')?.value : undefined)
  if (named !== undefined) {
    const file = resolve(cwd, named)
    if (!existsSync(file) || statSync(file).isDirectory()) {
      throw new FieldgateError('notFound', `There is no configuration file ${file}.`, {
        hint:
          sources.file === undefined ? 'CONFIG_PATH names it: correct or unset it.' : 'Check the path after --config.',
      })
    }
    return { workspace: sources.workspace === undefined ? dirname(file) : resolve(cwd, sources.workspace), file }
  }
  const folder = resolve(cwd, sources.workspace ?? env.get('FIELDGATE_WORKSPACE')?.value ?? '.')
  if (!existsSync(folder)) {
    throw new FieldgateError('notFound', `There is no folder ${folder}.`, {
      hint: 'Make it, or check the path after --workspace.',
    })
  }
  const file = CONFIG_FILE_NAMES.map((name) => join(folder, name)).find((candidate) => existsSync(candidate))
  return { workspace: folder, file }
}

/** The `.env` of a workspace; empty when there is none. */
export function readDotEnv(workspace: string): Environment {
  const path = join(workspace, '.env')
  return existsSync(path) ? parseVariableFile(readFileSync(path, 'utf8'), '.env') : new Map()
}

/** Files of the seed's `credentials/` folder: `*-s3-env.sh` and `*-databricks-s3.yaml`, sorted by name. */
export function listCredentialFiles(folder: string): {
  readonly env: readonly string[]
  readonly yaml: readonly string[]
} {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return { env: [], yaml: [] }
  const names = readdirSync(folder).toSorted()
  return {
    env: names.filter((name) => name.endsWith('s3-env.sh')).map((name) => join(folder, name)),
    yaml: names.filter((name) => /databricks-s3\.ya?ml$/.test(name)).map((name) => join(folder, name)),
  }
}
