import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseVariableFile } from '../../electron/core/config/environment.ts'
import { nearestWord } from '../../electron/core/config/nearest.ts'

function parse(text: string): Record<string, string> {
  return Object.fromEntries([...parseVariableFile(text, 'x')].map(([name, { value }]) => [name, value]))
}

test('a shell file of exports is read as text and never run', () => {
  const text = `#!/bin/sh
# a comment
export A="quoted value" # after
B='single $A'
C=plain # comment
D=\${A}-$C
E=
export NOT_SET
F=$(rm -rf /)
`
  expect(parse(text)).toEqual({
    A: 'quoted value',
    B: 'single $A',
    C: 'plain',
    D: 'quoted value-plain',
    F: '$(rm -rf /)',
  })
})

test('each variable remembers its line', () => {
  expect(parseVariableFile('\nA=1\n\nB=2', '.env').get('B')?.source).toBe('.env:4')
})

test('whatever is written in double quotes is read back', () => {
  const value = fc.string({ minLength: 1 }).filter((text) => !/["$\r\n]/.test(text))
  fc.assert(
    fc.property(value, (text) => {
      expect(parse(`export V="${text}"`)['V']).toBe(text)
    }),
  )
})

test('the nearest word is one edit away or a third of its letters, else none', () => {
  const known = ['interval', 'state_dir', 'sqlite', 'nodes']
  expect(nearestWord('intervall', known)).toBe('interval')
  expect(nearestWord('SQLITE', known)).toBe('sqlite')
  expect(nearestWord('sqilte', known)).toBe('sqlite')
  expect(nearestWord('statedir', known)).toBe('state_dir')
  expect(nearestWord('completely_else', known)).toBeUndefined()
})
