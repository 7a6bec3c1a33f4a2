import type { EngineConfig } from '../../../shared/domain/settings.ts'
import { FieldgateError } from '../../../shared/domain/errors.ts'

export type Flags = Readonly<Record<string, string | number | boolean | readonly string[]>>

export interface ConfigSources {
  readonly file?: string
  readonly workspace?: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly flags?: Flags
  readonly cwd: string
}

export interface LoadedConfig {
  readonly config: EngineConfig
  readonly notices: readonly string[]
}

export function loadConfig(_sources: ConfigSources): LoadedConfig {
  throw new FieldgateError('notFound', 'Nothing is configured here.')
}
