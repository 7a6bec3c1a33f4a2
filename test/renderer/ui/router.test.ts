import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { href, parseRoute } from '../../../renderer/ui/router.ts'

describe('routes', () => {
  it('come back from the address they were written to', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1 }), { maxLength: 4 }), (parts) => {
        const route = parseRoute(href('node', ...parts))
        expect(route.screen).toBe('node')
        expect(route.parts).toEqual(parts)
      }),
    )
  })

  it('carry a query, and anything that is no route is the fleet', () => {
    const route = parseRoute('#/settings/store?test=1')
    expect([route.screen, route.parts, route.query.get('test')]).toEqual(['settings', ['store'], '1'])
    for (const hash of ['', '#', '#/', '#token=abc', '#nonsense']) expect(parseRoute(hash).screen).toBe('fleet')
    expect(parseRoute('#/node/%E0%A4%A').parts).toEqual(['%E0%A4%A'])
  })
})
