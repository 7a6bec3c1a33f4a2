import { assert, dictionary, jsonValue, oneof, property, string, uint8Array } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeWire, encodeWire } from '../../../shared/ipc/wire.ts'

describe('messages as text', () => {
  test('come back as they were, bytes included', () => {
    const value = oneof(jsonValue(), dictionary(string(), oneof(jsonValue(), uint8Array())))
    assert(
      property(value, (message) => {
        // A number is what JSON makes of it: there is no -0.
        expect(decodeWire(encodeWire(message))).toEqual(asJson(message))
      }),
    )
  })

  test('that speak of bytes without having any stay what they say', () => {
    for (const message of [{ text: '"$bytes"' }, { $bytes: 7 }, { $bytes: 'AAE=', more: 1 }, '$bytes', ['$bytes']]) {
      expect(decodeWire(encodeWire(message))).toEqual(message)
    }
  })
})

function asJson(value: unknown): unknown {
  if (value instanceof Uint8Array) return value
  if (Array.isArray(value)) return value.map(asJson)
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? 0 : value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asJson(item)]))
}
