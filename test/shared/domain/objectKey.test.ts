import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatObjectKey, nodePrefix, parseObjectKey } from '../../../shared/domain/objectKey.ts'
import type { ObjectKeyParts } from '../../../shared/domain/objectKey.ts'

const PARTS: ObjectKeyParts = {
  type: 'raw',
  table: 'sensor_readings',
  node: 'n 1',
  date: '2026-11-25',
  epoch: '0abc',
  fromSeq: 1,
  toSeq: 500,
}

const parts: fc.Arbitrary<ObjectKeyParts> = fc.record({
  type: fc.constantFrom('raw', 'emergency', 'my_type-2'),
  table: fc.string({ minLength: 1, unit: 'grapheme' }),
  node: fc.string({ minLength: 1, unit: 'grapheme' }),
  date: fc.constantFrom('1970-01-01', '2026-11-25', '9999-12-31', undefined),
  epoch: fc.stringMatching(/^[0-9a-z]{1,12}$/),
  fromSeq: fc.maxSafeInteger(),
  toSeq: fc.maxSafeInteger(),
})

describe('the name of an object', () => {
  test('says type, table, node, date, epoch and range', () => {
    expect(formatObjectKey(PARTS)).toBe(
      'raw/table=sensor_readings/node=n%201/date=2026-11-25/0abc-0000000000000001-0000000000000500.parquet',
    )
  })

  test('lies in the partition Spark reads as no date when its rows have no readable time', () => {
    expect(formatObjectKey({ ...PARTS, date: undefined })).toContain('/date=__HIVE_DEFAULT_PARTITION__/')
  })

  test('is read back as what it was made of, whatever that is called, and lies under the prefix of its node', () => {
    fc.assert(
      fc.property(parts, (made) => {
        const key = formatObjectKey(made)
        expect(parseObjectKey(key)).toEqual(made)
        expect(key.startsWith(nodePrefix(made.type, made.table, made.node))).toBe(true)
      }),
    )
  })

  test('differs wherever one of its parts does', () => {
    fc.assert(
      fc.property(parts, parts, (left, right) => {
        const isSame = JSON.stringify(left) === JSON.stringify(right)
        expect(formatObjectKey(left) === formatObjectKey(right)).toBe(isSame)
      }),
    )
  })
})
