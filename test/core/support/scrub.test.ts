import { describe, expect, test } from 'vitest'
import { createScrubber } from '../../../electron/core/support/scrub.ts'

describe('taking secrets out of text', () => {
  test('a known secret goes wherever it stands: plain, in a URL, in JSON', () => {
    const secret = 'a/b+c"d='
    const { scrub, removed } = createScrubber([secret])
    const text = `${secret} ${encodeURIComponent(secret)} ${JSON.stringify({ key: secret })}`
    const clean = scrub(text)
    expect(clean).not.toContain('a/b')
    expect(clean).not.toContain('a%2Fb')
    expect(removed()).toBe(3)
  })

  test.each([
    ['an AWS key id', 'key AKIAIOSFODNN7EXAMPLE end', 'AKIAIOSFODNN7EXAMPLE'],
    ['a signature', 'https://x/?X-Amz-Signature=deadbeefcafe&a=1', 'deadbeefcafe'],
    ['a bearer token', 'authorization: Bearer abcdefgh12345678', 'abcdefgh12345678'],
    ['a Databricks token', 'dapi0123456789abcdef0123456789abcdef', 'dapi0123456789abcdef'],
    ['a field', '"secretAccessKey": "wJalrXUtnFEMI"', 'wJalrXUtnFEMI'],
    ['a variable', 'AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI', 'wJalrXUtnFEMI'],
  ])('%s nobody told of goes by its shape', (_what, text, secret) => {
    const { scrub, removed } = createScrubber([])
    expect(scrub(text)).not.toContain(secret)
    expect(removed()).toBeGreaterThan(0)
  })

  test('ordinary text stays as it is', () => {
    const { scrub, removed } = createScrubber(['planted'])
    const text =
      'Bucket acme-databricks-raw-us-west-2 refused the write: AccessDenied on PutObject (token: ${AWS_SESSION_TOKEN})'
    expect(scrub(text)).toBe(text)
    expect(removed()).toBe(0)
  })
})
