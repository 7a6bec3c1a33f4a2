import { expect, test } from 'vitest'
import { objectLabel } from '../../../renderer/screens/buckets/place.ts'
import { shortStatistic } from '../../../renderer/screens/buckets/statistic.ts'

test('an object is listed by its sequences, a foreign one by its name', () => {
  const key =
    'raw/table=sensor_readings/node=erie-02/date=2026-11-25/b7e4962cf020-0000000000003291-0000000000003300.parquet'
  expect(objectLabel(key)).toBe('3,291-3,300')
  expect(objectLabel('notes/read me.txt')).toBe('read me.txt')
})

test('statistics of a footer are cut to what tells something, never in the middle of a time', () => {
  expect(shortStatistic('double', '21.662000000000003')).toBe('21.662')
  expect(shortStatistic('int64', '9007199254740993')).toBe('9007199254740993')
  expect(shortStatistic('string', 'SENSOR_PA_ERI_0021')).toBe('SENSOR_PA_ERI_0021')
  expect(shortStatistic('timestamp[us]', '2026-10-01T08:42:28.655000Z')).toMatch(/^1 Oct \d\d:\d\d$/)
  expect(shortStatistic('double', undefined)).toBe('')
})
