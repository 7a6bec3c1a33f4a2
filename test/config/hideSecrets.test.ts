import { describe, expect, test } from 'vitest'
import { hideSecrets } from '../../electron/core/config/hideSecrets.ts'

describe('a configuration file shown to a person', () => {
  test.each([
    ['a plain value', 'store:\n  secret_access_key: planted-1\n  kind: s3'],
    ['a quoted value', 'store:\n  "secret_access_key": "planted-1"\n  kind: s3'],
    ['a folded value', 'store:\n  secret_access_key: >-\n    planted-1\n    planted-1\n  kind: s3'],
    ['flow style', 'store: { access_key_id: planted-1, secret_access_key: "planted-1", kind: s3 }'],
    ['an old key', 's3_configuration:\n  session_token: planted-1\n  kind: s3'],
    ['a Databricks token', 'databricks_token: planted-1\nkind: s3'],
    ['an orchestrator key', 'bacalhau:\n  api_key: planted-1\n  kind: s3'],
  ])('%s is hidden, the rest stays', (_what, text) => {
    const shown = hideSecrets(text)
    expect(shown).not.toContain('planted')
    expect(shown).toContain('kind: s3')
    expect(shown).toContain('(set)')
    expect(shown.split('\n')).toHaveLength(text.split('\n').length)
  })

  test('a reference to a variable is no secret', () => {
    const text = ['store:', '  secret_access_key: ${AWS_SECRET_ACCESS_KEY}'].join('\n')
    expect(hideSecrets(text)).toBe(text)
  })
})
