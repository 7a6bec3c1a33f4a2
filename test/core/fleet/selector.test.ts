import { array, assert, constantFrom, property, record } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { matchesSelector, parseSelector } from '../../../electron/core/fleet/selector.ts'

const node = { env: 'prod', site: 'midland', type: 'aggregated', canary: 'yes' }
const matches = (text: string, labels: Record<string, string> = node): boolean =>
  matchesSelector(parseSelector(text), labels)

describe('a selector', () => {
  test.each([
    ['', true],
    ['env=prod', true],
    ['env == prod', true],
    ['env=test', false],
    ['env!=test', true],
    ['env!=prod', false],
    ['absent!=prod', true],
    ['site in (odessa, midland)', true],
    ['site in (odessa)', false],
    ['site notin (odessa)', true],
    ['site notin (midland)', false],
    ['absent notin (x)', true],
    ['canary', true],
    ['!canary', false],
    ['!absent', true],
    ['absent', false],
    [' env=prod , site in (midland,odessa),canary,type!=raw ', true],
    ['env=prod,!canary', false],
    ['in in (in)', false],
    ['constructor', false],
  ])('"%s" matches: %s', (text, expected) => {
    expect(matches(text)).toBe(expected)
  })

  test.each([
    ['env=', 5, 'a value'],
    ['=prod', 1, 'a label name'],
    ['env=prod,', 10, 'a label name'],
    ['env=prod site=a', 10, 'the end'],
    ['site in midland', 9, '"("'],
    ['site in (a b)', 12, '"," or ")"'],
    ['site in (a', 11, '"," or ")"'],
    ['site in ()', 10, 'a value'],
    ['site near midland', 6, '"in"'],
    ['!', 2, 'a label name'],
    ['a,,b', 3, 'a label name'],
  ])('"%s" is refused at position %i', (text, position, wanted) => {
    expect(() => parseSelector(text)).toThrow(
      expect.objectContaining({ code: 'invalid', details: { position }, message: expect.stringContaining(wanted) }),
    )
  })

  test('an inequality selects exactly what the equality leaves', () => {
    const words = constantFrom('a', 'b', 'c')
    assert(
      property(array(record({ key: words, value: words })), words, words, (pairs, key, value) => {
        const labels = Object.fromEntries(pairs.map((pair) => [pair.key, pair.value]))
        expect(matches(`${key}!=${value}`, labels)).toBe(!matches(`${key}=${value}`, labels))
        expect(matches(`!${key}`, labels)).toBe(!matches(key, labels))
      }),
    )
  })
})
