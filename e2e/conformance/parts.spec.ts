import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { assert, anything, property } from 'fast-check'
import { createSchemes } from '../standin/api/schemes.ts'
import { readCommandLine } from '../standin/commandLine.ts'
import { claimInstance } from '../standin/singleInstance.ts'
import { strict } from '../standin/strict.ts'
import { createCodec } from '../standin/worlds/codec.ts'

// The parts of the stand-in that need no browser.

test('the codec gives back what structured clone would', () => {
  const codec = createCodec()
  const values = anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withSparseArray: true,
  })
  assert(
    property(values, (value) => {
      expect(codec.decode(codec.encode(value))).toEqual(structuredClone(value))
    }),
    { numRuns: 500 },
  )
})

test('a key named __proto__ is a key like any other to the codec', () => {
  const codec = createCodec()
  const back = codec.decode(codec.encode(JSON.parse('{"__proto__": {"x": 1}, "y": 2}'))) as object
  expect(Object.keys(back).toSorted()).toEqual(['__proto__', 'y'])
  expect(Object.getPrototypeOf(back)).toBe(Object.prototype)
})

test('the codec keeps what JSON loses: cycles, shared parts, -0, errors', () => {
  const codec = createCodec()
  const shared = { at: new Date(7) }
  const value: Record<string, unknown> = { a: shared, b: shared, minus: -0, error: new RangeError('far') }
  value['self'] = value
  const back = codec.decode(codec.encode(value)) as Record<string, unknown>
  expect(back['self']).toBe(back)
  expect(back['a']).toBe(back['b'])
  expect(Object.is(back['minus'], -0)).toBe(true)
  expect(back['error']).toMatchObject({ name: 'RangeError', message: 'far' })
  expect(() => codec.encode({ f: () => 1 })).toThrow(/could not be cloned/)
})

test('a member that is not there is loud, one that is undefined is not', () => {
  const object = strict('app', { present: undefined })
  expect(object.present).toBeUndefined()
  expect(() => Reflect.get(object, 'absent')).toThrow('The Electron stand-in does not have app.absent.')
})

test('addresses of custom schemes go to Chromium and come back the same', () => {
  const schemes = createSchemes({ isReady: () => false })
  schemes.protocol.registerSchemesAsPrivileged([{ scheme: 'app' }])
  for (const url of ['app://fieldgate/', 'app://fieldgate/index.html#/node/a%20b', 'app://fieldgate/a/b.js?x=1']) {
    expect(schemes.fromHttp(schemes.toHttp(url))).toBe(url)
    expect(schemes.isOurs(schemes.toHttp(url))).toBe(true)
  }
  expect(schemes.toHttp('https://example.com/')).toBe('https://example.com/')
  expect(schemes.isOurs('http://evil.example/?.standin.localhost')).toBe(false)
})

test('the command line is split between Electron and the app', () => {
  expect(readCommandLine(['-r', 'a.js', '--no-sandbox', '--remote-debugging-port=0', '.', '--workspace', 'w'])).toEqual(
    {
      preloads: ['a.js'],
      entry: '.',
      debugPort: '0',
      isVersionAsked: false,
    },
  )
})

test('one process holds a folder; others are heard and turned away', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fieldgate-instances-'))
  const heard: string[][] = []
  const release = claimInstance(folder, ['first'], (argv) => heard.push(argv))
  expect(release).toBeDefined()
  expect(claimInstance(folder, ['second', 'link'], () => undefined)).toBeUndefined()
  await expect.poll(() => heard).toEqual([['second', 'link']])
  release?.()
  const again = claimInstance(folder, ['third'], () => undefined)
  expect(again).toBeDefined()
  again?.()
  rmSync(folder, { recursive: true })
})
