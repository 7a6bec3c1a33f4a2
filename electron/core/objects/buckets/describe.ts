import type {
  BucketEncryption,
  BucketSettingName,
  BucketSettings,
  LifecycleRule,
  ReadBucketSettings,
  ReadSetting,
} from '../../../../shared/domain/buckets.ts'
import type { BucketSetting } from '../../../../shared/domain/objects.ts'

/** The order in which settings are shown and set. */
export const SETTING_NAMES: readonly BucketSettingName[] = [
  'ownership',
  'publicAccess',
  'encryption',
  'versioning',
  'policy',
  'lifecycle',
  'tags',
]

const TITLES: Readonly<Record<BucketSettingName, string>> = {
  ownership: 'Object ownership',
  publicAccess: 'Public access',
  encryption: 'Encryption at rest',
  versioning: 'Versioning',
  policy: 'Bucket policy',
  lifecycle: 'Lifecycle rules',
  tags: 'Tags',
}

/** A setting's value in a few words. */
export function describeSetting<Name extends BucketSettingName>(name: Name, value: BucketSettings[Name]): string {
  return describeOne(name, { [name]: value })
}

function describeOne(name: BucketSettingName, settings: Partial<BucketSettings>): string {
  switch (name) {
    case 'ownership':
      return settings.ownership ?? 'unset'
    case 'publicAccess':
      return settings.publicAccess ?? 'open'
    case 'versioning':
      return settings.versioning ?? 'off'
    case 'encryption':
      return describeEncryption(settings.encryption ?? { kind: 'none' })
    case 'policy':
      return settings.policy === undefined ? 'none' : describePolicy(settings.policy)
    case 'lifecycle':
      return settings.lifecycle === undefined || settings.lifecycle.length === 0
        ? 'none'
        : settings.lifecycle.map(describeRule).join('; ')
    case 'tags': {
      const tags = Object.entries(settings.tags ?? {})
      return tags.length === 0 ? 'none' : tags.map(([key, text]) => `${key}=${text}`).join(', ')
    }
  }
}

function describeEncryption(encryption: BucketEncryption): string {
  if (encryption.kind === 'none') return 'none'
  return encryption.kind === 's3' ? 'SSE-S3' : `SSE-KMS ${encryption.keyId ?? 'with the AWS managed key'}`
}

function describePolicy(text: string): string {
  const { Statement: statements } = JSON.parse(text) as { Statement?: unknown }
  const list = Array.isArray(statements) ? statements : [statements]
  return list.map((statement) => (statement as { Sid?: string } | undefined)?.Sid ?? 'a statement').join(', ')
}

function describeRule(rule: LifecycleRule): string {
  const parts = [
    ...(rule.transitions ?? []).map((step) => `to ${step.storageClass} after ${step.days} d`),
    rule.expireDays === undefined ? undefined : `deleted after ${rule.expireDays} d`,
    rule.noncurrentExpireDays === undefined ? undefined : `old versions deleted after ${rule.noncurrentExpireDays} d`,
    rule.abortMultipartDays === undefined ? undefined : `unfinished uploads removed after ${rule.abortMultipartDays} d`,
  ]
  return `${rule.prefix === '' ? 'all objects' : rule.prefix}: ${parts.filter((part) => part !== undefined).join(', ')}`
}

/**
 * The settings as a person reads them, each with a verdict, and whether the store acts on it or merely keeps it: the
 * embedded store enforces versions only.
 */
export function describeSettings(read: ReadBucketSettings, isEmbedded: boolean): readonly BucketSetting[] {
  return SETTING_NAMES.map((name) => describeRead(name, read[name], isEmbedded))
}

function describeRead(
  name: BucketSettingName,
  read: ReadSetting<BucketSettings[typeof name]>,
  isEmbedded: boolean,
): BucketSetting {
  const title = TITLES[name]
  if (read.state === 'unsupported') {
    return {
      name: title,
      value: 'not offered',
      verdict: 'unknown',
      effect: 'unsupported',
      detail: 'The store has no such setting.',
    }
  }
  const effect = isEmbedded && name !== 'versioning' ? 'recorded' : 'enforced'
  if (read.state === 'denied') {
    return {
      name: title,
      value: 'not readable',
      verdict: 'unknown',
      effect,
      detail: `These credentials lack ${read.action}.`,
    }
  }
  const problem = findProblem(name, read.value)
  const note = effect === 'recorded' ? 'The embedded store keeps this setting but does not act on it.' : undefined
  const detail = [problem, note].filter((part) => part !== undefined).join(' ')
  return {
    name: title,
    value: describeSetting(name, read.value),
    verdict: problem === undefined ? 'ok' : 'warn',
    effect,
    detail: detail === '' ? undefined : detail,
  }
}

function findProblem(name: BucketSettingName, value: BucketSettings[BucketSettingName]): string | undefined {
  const settings = { [name]: value } as Partial<BucketSettings>
  if (name === 'publicAccess' && settings.publicAccess !== 'blocked') return 'The bucket can be made public by mistake.'
  if (name === 'encryption' && settings.encryption?.kind === 'none') return 'No default encryption is set.'
  if (name === 'versioning' && settings.versioning !== 'enabled') return 'A deleted object cannot be brought back.'
  if (name === 'ownership' && settings.ownership === 'ObjectWriter') return 'Objects belong to whoever wrote them.'
  if (name === 'policy' && !(settings.policy ?? '').includes('aws:SecureTransport'))
    return 'Nothing refuses access without TLS.'
  const hasAbort = settings.lifecycle?.some((rule) => rule.abortMultipartDays !== undefined) === true
  if (name === 'lifecycle' && !hasAbort) return 'Unfinished uploads stay, and cost, for ever.'
  return undefined
}
