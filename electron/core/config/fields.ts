import type { SettingField } from '../../../shared/domain/settingsForm.ts'
import type { LoadedConfig } from './loadConfig.ts'
import { BUCKET_NAMES, SETTINGS } from './settings.ts'

/** A setting as it stands, for `config show` and the Settings screen. */
export interface DescribedField extends SettingField {
  readonly about: string
}

const HIDDEN = '(set)'

/**
 * Every plain setting with the value that holds and where it came from, in the order of the table; explicit bucket names after
 * them. Secrets come as `(set)`, structured settings as their size.
 */
export function settingFields(loaded: LoadedConfig): readonly DescribedField[] {
  const plain = SETTINGS.map((setting): DescribedField => {
    const entry = loaded.values.get(setting.path)
    return {
      path: setting.path,
      about: setting.about,
      value: entry === undefined ? null : setting.isSecret ? HIDDEN : toFieldValue(entry.value),
      origin: entry?.origin ?? 'default',
      source: entry === undefined || entry.origin === 'default' ? undefined : entry.source,
    }
  })
  const buckets = Object.entries(loaded.config.buckets.names).map(([type, bucket]): DescribedField => {
    const entry = loaded.values.get(`${BUCKET_NAMES}.${type}`)
    const isOwn = entry !== undefined && entry.value === bucket
    const place = isOwn ? entry : loaded.values.get('buckets.prefix')
    return {
      path: `${BUCKET_NAMES}.${type}`,
      about: `bucket of the ${type} type`,
      value: bucket,
      origin: place?.origin ?? 'default',
      source: place === undefined || place.origin === 'default' ? undefined : place.source,
    }
  })
  return [...plain, ...buckets]
}

function toFieldValue(value: unknown): SettingField['value'] {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value
  if (Array.isArray(value)) return `${value.length} ${value.length === 1 ? 'entry' : 'entries'}`
  return value === undefined || value === null ? null : '(see the file)'
}

/** True when keys or a profile are configured, wherever they come from. */
export function hasCredentials(loaded: LoadedConfig): boolean {
  return loaded.config.store.kind === 's3' && loaded.config.store.credentials.kind !== 'chain'
}
