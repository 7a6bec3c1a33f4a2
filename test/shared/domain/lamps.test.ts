import { assert, constantFrom, integer, option, property, record } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ERROR_CODES } from '../../../shared/domain/errors.ts'
import { forecastDrain } from '../../../shared/domain/forecast.ts'
import type { DrainFacts } from '../../../shared/domain/forecast.ts'
import { judgeLamps } from '../../../shared/domain/lamps.ts'
import type { LampFacts } from '../../../shared/domain/lamps.ts'
import { LAMP_STATES } from '../../../shared/domain/lampTypes.ts'

const NOW = 1_800_000_000_000
const MINUTE = 60_000

const healthy: LampFacts = {
  nowMs: NOW,
  isReachable: true,
  reachSinceMs: NOW - 10 * MINUTE,
  reachCode: undefined,
  grewAtMs: NOW - 2_000,
  rowsPerSecond: 3,
  newestDeliveredMs: NOW - 20_000,
  backlog: 40,
  lateAfterMs: 90_000,
  pausedSinceMs: undefined,
  failureCode: undefined,
  failingSinceMs: undefined,
}
const judge = (change: Partial<LampFacts>) => judgeLamps({ ...healthy, ...change })

describe('lamps', () => {
  test('a healthy node answers, and two discs show their ages', () => {
    expect(judge({})).toEqual({
      reach: { state: 'ok', sinceMs: undefined, word: 'answers' },
      collect: { state: 'ok', sinceMs: NOW - 2_000, word: undefined },
      deliver: { state: 'ok', sinceMs: NOW - 20_000, word: undefined },
    })
  })

  test('without a link nothing is red: reach is off, collect unknown, deliver counts up and warns', () => {
    const lamps = judge({
      isReachable: false,
      reachCode: 'notFound',
      reachSinceMs: NOW - 14 * MINUTE,
      newestDeliveredMs: NOW - 14 * MINUTE,
    })
    expect(lamps).toEqual({
      reach: { state: 'off', sinceMs: NOW - 14 * MINUTE, word: 'no link' },
      collect: { state: 'none', sinceMs: undefined, word: 'unknown' },
      deliver: { state: 'warn', sinceMs: NOW - 14 * MINUTE, word: undefined },
    })
  })

  test('a node never looked at is unknown, not broken', () => {
    const lamps = judge({
      isReachable: undefined,
      reachSinceMs: undefined,
      grewAtMs: undefined,
      newestDeliveredMs: undefined,
      backlog: 0,
    })
    expect([lamps.reach.state, lamps.collect.state, lamps.deliver.state]).toEqual(['none', 'none', 'none'])
  })

  test.each([
    ['corrupt', 'bad', 'malformed'],
    ['denied', 'bad', 'no access'],
    ['unavailable', 'warn', 'locked'],
    ['unsupported', 'bad', 'not readable'],
  ] as const)('a database that is %s shows %s and "%s"', (reachCode, state, word) => {
    expect(judge({ isReachable: false, reachCode }).reach).toMatchObject({ state, word })
  })

  test('a database that stopped growing is late, then stalled; a rare writer has its time', () => {
    expect(judge({ grewAtMs: NOW - 5 * MINUTE }).collect.state).toBe('warn')
    expect(judge({ grewAtMs: NOW - 30 * MINUTE }).collect.state).toBe('bad')
    expect(judge({ grewAtMs: NOW - 30 * MINUTE, rowsPerSecond: 1 / 1_800 }).collect.state).toBe('ok')
  })

  test('delivery is late only while something waits, and stalled only with a cause that needs a person', () => {
    expect(judge({ newestDeliveredMs: NOW - 10 * MINUTE }).deliver.state).toBe('warn')
    expect(judge({ newestDeliveredMs: NOW - 10 * MINUTE, backlog: 0 }).deliver.state).toBe('ok')
    expect(judge({ failureCode: 'denied', failingSinceMs: NOW - 2 * MINUTE }).deliver).toMatchObject({
      state: 'bad',
      word: 'stalled',
    })
    expect(judge({ failureCode: 'denied', failingSinceMs: NOW - 10_000 }).deliver.state).toBe('ok')
    expect(
      judge({ failureCode: 'unavailable', failingSinceMs: NOW - 2 * MINUTE, newestDeliveredMs: NOW - 5 * MINUTE })
        .deliver.state,
    ).toBe('warn')
  })

  test('a pause is the doing of a person and says since when', () => {
    expect(judge({ pausedSinceMs: NOW - 22 * MINUTE, failureCode: 'denied' }).deliver).toEqual({
      state: 'hold',
      sinceMs: NOW - 22 * MINUTE,
      word: 'paused',
    })
  })

  test('every lamp has a shape, and a word or an age, whatever is known', () => {
    const time = option(integer({ min: NOW - 100_000_000, max: NOW }), { nil: undefined })
    const facts = record({
      nowMs: constantFrom(NOW),
      isReachable: constantFrom(true, false, undefined),
      reachSinceMs: integer({ min: NOW - 100_000_000, max: NOW }),
      reachCode: constantFrom(...ERROR_CODES, undefined),
      grewAtMs: time,
      rowsPerSecond: constantFrom(undefined, 0, 0.001, 5),
      newestDeliveredMs: time,
      backlog: constantFrom(0, 1, 1_000_000),
      lateAfterMs: constantFrom(90_000),
      pausedSinceMs: time,
      failureCode: constantFrom(...ERROR_CODES, undefined),
      failingSinceMs: time,
    })
    assert(
      property(facts, (known) => {
        for (const lamp of Object.values(judgeLamps(known))) {
          expect(LAMP_STATES).toContain(lamp.state)
          expect(lamp.word !== undefined || lamp.sinceMs !== undefined).toBe(true)
        }
      }),
    )
  })
})

describe('the drain forecast', () => {
  const draining: DrainFacts = {
    nowMs: NOW,
    backlog: 6_000,
    writtenPerSecond: 10,
    deliveredPerSecond: 110,
    intervalSeconds: 30,
    watchedMs: 3_600_000,
    isPaused: false,
    isLinkDown: false,
    isBlocked: false,
  }
  test.each([
    [{ backlog: 0 }, { kind: 'keepingUp' }],
    [{ backlog: 0, writtenPerSecond: 0 }, { kind: 'none' }],
    [{}, { kind: 'at', atMs: NOW + 60_000 }],
    [{ backlog: 500 }, { kind: 'keepingUp' }],
    [{ deliveredPerSecond: 5 }, { kind: 'growing' }],
    [{ deliveredPerSecond: undefined, writtenPerSecond: undefined }, { kind: 'unknown' }],
    [{ deliveredPerSecond: undefined, writtenPerSecond: 0 }, { kind: 'stalled' }],
    [{ deliveredPerSecond: undefined, writtenPerSecond: 0, watchedMs: 59_999 }, { kind: 'unknown' }],
    [{ deliveredPerSecond: undefined, watchedMs: 59_999 }, { kind: 'unknown' }],
    [{ deliveredPerSecond: undefined, watchedMs: 60_000 }, { kind: 'growing' }],
    [{ watchedMs: 0 }, { kind: 'at', atMs: NOW + 60_000 }],
    [{ isBlocked: true, watchedMs: 0, writtenPerSecond: undefined }, { kind: 'stalled' }],
    [{ isPaused: true }, { kind: 'paused' }],
    [{ isBlocked: true }, { kind: 'stalled' }],
    [{ isLinkDown: true }, { kind: 'afterLink', ms: 60_000 }],
    [
      { isLinkDown: true, deliveredPerSecond: undefined },
      { kind: 'afterLink', ms: undefined },
    ],
    [
      { isLinkDown: true, deliveredPerSecond: 0, catchUpPerSecond: 1_010 },
      { kind: 'afterLink', ms: 6_000 },
    ],
    [{ isLinkDown: true, deliveredPerSecond: 5, catchUpPerSecond: 8 }, { kind: 'growing' }],
    [{ isLinkDown: true, isPaused: true }, { kind: 'paused' }],
  ] as const)('%j gives %j', (change, expected) => {
    expect(forecastDrain({ ...draining, ...change })).toEqual(expected)
  })
})
