import { describe, expect, test } from 'vitest'
import { isAppUrl, parseDeepLink, placeUrl } from '../../../electron/main/appUrl.ts'
import { readArguments } from '../../../electron/main/arguments.ts'
import {
  decideWindowOpen,
  isTrustedSender,
  mayHavePermission,
  mayNavigate,
  mayOpenOutside,
} from '../../../electron/main/guards.ts'
import { decideRequest } from '../../../electron/main/requests.ts'

const FOREIGN = [
  'https://fieldgate/',
  'http://127.0.0.1/',
  'file:///etc/passwd',
  'app://fieldgate.evil/index.html',
  'app://evil/fieldgate',
  'app://fieldgate@evil/index.html',
  'app://user@evil/',
  'app:fieldgate',
  'javascript:alert(1)',
  'data:text/html,x',
  'about:blank',
  'devtools://devtools/',
  '',
  'not a url',
]

describe('what the window may do', () => {
  test('its own pages are its own, with any path and hash', () => {
    expect(mayNavigate('app://fieldgate/index.html#/fleet')).toBe(true)
    expect(isAppUrl(placeUrl({ nodeId: 'midland 04/x' }))).toBe(true)
  })

  test.each(FOREIGN)('%s is not one of its pages', (url) => {
    expect(mayNavigate(url)).toBe(false)
    expect(isTrustedSender({ url, parent: null })).toBe(false)
    expect(mayHavePermission('clipboard-sanitized-write', url)).toBe(false)
    expect(decideRequest('GET', url)).toBeUndefined()
  })

  test('no page opens a window; listed https pages go to the system browser', () => {
    expect(decideWindowOpen('https://docs.databricks.com/en/index.html')).toEqual({ action: 'deny', openOutside: true })
    expect(decideWindowOpen('app://fieldgate/index.html')).toEqual({ action: 'deny', openOutside: false })
  })

  test.each([
    'http://docs.databricks.com/',
    'https://docs.databricks.com.evil.example/',
    'https://evil.example/?docs.databricks.com',
    'https://user:pass@docs.databricks.com/',
    'https://docs.databricks.com:8443/',
    'file:///bin/sh',
    'smb://docs.databricks.com/share',
    'ms-msdt:/id',
  ])('%s is never handed to the system', (url) => {
    expect(mayOpenOutside(url)).toBe(false)
  })

  test('only Copy is permitted, and only to its own pages', () => {
    expect(mayHavePermission('clipboard-sanitized-write', 'app://fieldgate/index.html')).toBe(true)
    for (const permission of [
      'media',
      'geolocation',
      'notifications',
      'openExternal',
      'usb',
      'clipboard-read',
      'fullscreen',
    ]) {
      expect(mayHavePermission(permission, 'app://fieldgate/index.html')).toBe(false)
    }
  })

  test('messages count from the top frame of a live page only', () => {
    const url = 'app://fieldgate/index.html'
    expect(isTrustedSender({ url, parent: null })).toBe(true)
    expect(isTrustedSender({ url, parent: {} })).toBe(false)
    expect(isTrustedSender(null)).toBe(false)
  })

  test('requests of the scheme keep their raw path, so that a traversal is seen and refused', () => {
    expect(decideRequest('GET', 'app://fieldgate/')).toBe('/')
    expect(decideRequest('GET', 'app://fieldgate')).toBe('/')
    expect(decideRequest('GET', 'app://fieldgate/assets/a.js?x#y')).toBe('/assets/a.js')
    expect(decideRequest('GET', 'app://fieldgate/../secret')).toBe('/../secret')
    expect(decideRequest('POST', 'app://fieldgate/')).toBeUndefined()
  })
})

describe('deep links and the command line', () => {
  test.each([
    ['fieldgate://node/midland-04', 'midland-04'],
    ['fieldgate://node/midland-04/', 'midland-04'],
    ['fieldgate://node/a%20b', 'a b'],
  ])('%s names a node', (link, nodeId) => {
    expect(parseDeepLink(link)).toEqual({ nodeId })
  })

  test.each([
    'fieldgate://node/',
    'fieldgate://node/a/b',
    'fieldgate://node/a%2fb',
    'fieldgate://node/%00',
    'fieldgate://node/%',
    `fieldgate://node/${'x'.repeat(300)}`,
    'fieldgate://settings/store',
    'fieldgate://node/a?run=1',
    'other://node/a',
    '--workspace',
  ])('%s names nothing', (link) => {
    expect(parseDeepLink(link)).toBeUndefined()
  })

  test('a workspace is found among the switches of Chromium, relative to the caller', () => {
    expect(readArguments(['.', '--no-sandbox', '--workspace', 'north'], '/data')).toEqual({
      workspace: '/data/north',
      place: undefined,
    })
    expect(readArguments(['--workspace=/w', 'fieldgate://node/a'], '/')).toEqual({
      workspace: '/w',
      place: { nodeId: 'a' },
    })
    expect(readArguments(['--demo'], '/')).toEqual({ workspace: null, place: undefined })
    expect(readArguments(['.'], '/')).toEqual({ workspace: undefined, place: undefined })
  })
})
