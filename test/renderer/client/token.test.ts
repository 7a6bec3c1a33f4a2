import { beforeEach, describe, expect, it } from 'vitest'
import { takeToken } from '../../../renderer/client/token.ts'

beforeEach(() => {
  sessionStorage.clear()
  history.replaceState(null, '', '/')
})

describe('the access token', () => {
  it('leaves the address at once and stays for this tab', () => {
    history.replaceState(null, '', '/#token=s%2Fecret')
    expect(takeToken(window)).toBe('s/ecret')
    expect(location.href).not.toContain('ecret')
    expect(takeToken(window)).toBe('s/ecret')
  })

  it('keeps the route that came with it', () => {
    history.replaceState(null, '', '/#token=abc&/activity')
    takeToken(window)
    expect(location.hash).toBe('#/activity')
  })

  it('is undefined when there never was one', () => {
    history.replaceState(null, '', '/#/fleet')
    expect(takeToken(window)).toBeUndefined()
    expect(location.hash).toBe('#/fleet')
  })
})
