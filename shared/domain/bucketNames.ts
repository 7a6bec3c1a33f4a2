import { FieldgateError } from './errors.ts'

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/

/** The seed's bucket name of a pipeline type: `{prefix}-databricks-{type}-{region}`. */
export function defaultBucketName(prefix: string, type: string, region: string): string {
  return `${prefix}-databricks-${type.replaceAll('_', '-')}-${region}`
}

/** Throws `invalid` with the rule that a bucket name breaks (S3 naming rules, general purpose buckets). */
export function assertBucketName(name: string): void {
  if (BUCKET.test(name) && !name.includes('..') && !/^\d+\.\d+\.\d+\.\d+$/.test(name)) return
  throw new FieldgateError('invalid', `"${name}" is not a valid bucket name.`, {
    hint: 'Use 3 to 63 characters: lower-case letters, digits, hyphens and single dots, starting and ending with a letter or digit.',
  })
}
