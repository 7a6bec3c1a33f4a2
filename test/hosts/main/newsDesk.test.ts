import { describe, expect, test } from 'vitest'
import type { AttentionEntry } from '../../../shared/domain/attention.ts'
import { isQuiet } from '../../../shared/domain/notifications.ts'
import type { NotificationChoices } from '../../../shared/domain/notifications.ts'
import type { PipelineConfig } from '../../../shared/domain/pipelines.ts'
import { createNewsDesk } from '../../../electron/main/newsDesk.ts'

const NIGHT = { from: '22:00', to: '06:00' }
const at = (hours: number, minutes = 0): number => hours * 60 + minutes

const stall = (nodeId: string): AttentionEntry =>
  ({
    id: `stall/${nodeId}`,
    severity: 'bad',
    title: `${nodeId} stalled`,
    message: 'No link.',
    nodeIds: [nodeId],
  }) as never

const emergency = (nodeId: string, revision = 1): PipelineConfig => ({ nodeId, type: 'emergency', revision }) as never

function openDesk(first: NotificationChoices) {
  const told: string[] = []
  const state = { choices: first, minute: at(12) }
  const desk = createNewsDesk({
    choices: () => state.choices,
    minute: () => state.minute,
    tell: (news) => told.push(news.title),
    onFleet: () => undefined,
  })
  const attention = (...entries: readonly AttentionEntry[]): void =>
    desk.hear({ kind: 'event', event: 'attention.changed', payload: entries, revision: 1 })
  const pipeline = (config: PipelineConfig): void =>
    desk.hear({ kind: 'event', event: 'pipelines.changed', payload: config, revision: 1 })
  return {
    told,
    state,
    attention,
    pipeline,
    tick: () => desk.hear({ kind: 'event', event: 'fleet.changed', payload: {}, revision: 1 }),
  }
}

describe('quiet hours', () => {
  test('go over midnight when they end before they begin, and end on the minute', () => {
    expect([21, 22, 23, 0, 5, 6].map((hour) => isQuiet(NIGHT, at(hour)))).toEqual([
      false,
      true,
      true,
      true,
      true,
      false,
    ])
    expect([8, 9, 16, 17].map((hour) => isQuiet({ from: '09:00', to: '17:00' }, at(hour)))).toEqual([
      false,
      true,
      true,
      false,
    ])
    expect(isQuiet({ from: '09:00', to: '09:00' }, at(9))).toBe(false)
    expect(isQuiet(null, 0)).toBe(false)
  })

  test('hold stalls back until they end, and tell only those that still stand', () => {
    const desk = openDesk({ emergency: true, stalls: true, quiet: NIGHT })
    desk.state.minute = at(23)
    desk.attention(stall('a'), stall('b'))
    desk.attention(stall('a'))
    desk.pipeline(emergency('c'))
    expect(desk.told).toEqual(['c switched to emergency'])
    desk.state.minute = at(6)
    desk.tick()
    desk.tick()
    expect(desk.told).toEqual(['c switched to emergency', 'a stalled'])
  })

  test('do not tell again what was told before them', () => {
    const desk = openDesk({ emergency: true, stalls: true, quiet: NIGHT })
    desk.attention(stall('a'))
    desk.state.minute = at(23)
    desk.tick()
    desk.state.minute = at(7)
    desk.tick()
    expect(desk.told).toEqual(['a stalled'])
  })
})

describe('the switches', () => {
  test('each silence their own kind only', () => {
    const desk = openDesk({ emergency: false, stalls: true, quiet: null })
    desk.pipeline(emergency('a'))
    desk.attention(stall('b'))
    expect(desk.told).toEqual(['b stalled'])
    desk.state.choices = { emergency: true, stalls: false, quiet: null }
    desk.attention(stall('b'), stall('c'))
    desk.pipeline(emergency('a', 2))
    expect(desk.told).toEqual(['b stalled', 'a switched to emergency'])
  })

  test('tell a stall once, until it is over and comes again', () => {
    const desk = openDesk({ emergency: true, stalls: true, quiet: null })
    desk.attention(stall('a'))
    desk.attention(stall('a'))
    desk.attention()
    desk.attention(stall('a'))
    expect(desk.told).toEqual(['a stalled', 'a stalled'])
  })
})
