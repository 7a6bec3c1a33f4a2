import { describe, expect, test } from 'vitest'
import { createChecksum, isChecksumName } from '../../../../electron/core/objects/embedded/checksums.ts'
import type { ChecksumName } from '../../../../electron/core/objects/embedded/checksums.ts'

const digest = (name: ChecksumName, ...parts: string[]): string => {
  const checksum = createChecksum(name)
  for (const part of parts) checksum.update(Buffer.from(part))
  return checksum.digest().toString('hex')
}

describe('checksums', () => {
  test.each([
    ['crc32', 'cbf43926'],
    ['crc32c', 'e3069283'],
    ['crc64nvme', 'ae8b14860a799888'],
    ['sha1', 'f7c3bc1d808e04732adf679965ccc34ca7ae3441'],
    ['sha256', '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225'],
  ] as const)('%s of "123456789" is the published check value', (name, value) => {
    expect(digest(name, '123456789')).toBe(value)
    expect(digest(name, '123', '', '456789')).toBe(value)
  })

  test('a name that is no checksum is not taken for one', () => {
    expect(isChecksumName('crc32')).toBe(true)
    expect(isChecksumName('md5')).toBe(false)
  })
})
