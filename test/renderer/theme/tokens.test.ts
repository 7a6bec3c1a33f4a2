import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const css = readFileSync(join(import.meta.dirname, '../../../renderer/theme/tokens.css'), 'utf8')

/** The tokens of one theme: the light block over the dark one, as the cascade does. */
function tokensOf(theme: 'dark' | 'light'): ReadonlyMap<string, string> {
  const blocks = theme === 'dark' ? [':root'] : [':root', '[data-theme="light"]', "[data-theme='light']"]
  const tokens = new Map<string, string>()
  for (const selector of blocks) {
    const at = css.indexOf(`${selector} {`)
    if (at < 0) continue
    const body = css.slice(at, css.indexOf('\n}', at))
    for (const [, name = '', value = ''] of body.matchAll(/(--[\w-]+):\s*([^;]+);/g)) tokens.set(name, value.trim())
  }
  return tokens
}

/** Relative luminance. Source: WCAG 2.2, "relative luminance". */
function luminance(hex: string): number {
  const digits = /^#([\da-f]{6})$/i.exec(hex)?.[1]
  if (digits === undefined) throw new Error(`${hex} is no six-digit colour`)
  const [r = 0, g = 0, b = 0] = [0, 2, 4].map((at) => {
    const channel = Number.parseInt(digits.slice(at, at + 2), 16) / 255
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

/** Contrast ratio. Source: WCAG 2.2, "contrast ratio". */
function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].toSorted((x, y) => x - y)
  return (light + 0.05) / (dark + 0.05)
}

const SURFACES = [
  '--bg-chrome',
  '--bg-app',
  '--bg-panel',
  '--bg-raised',
  '--bg-hover',
  '--bg-active',
  '--bg-input',
  '--bg-select',
]
const TEXTS = ['--text', '--text-2', '--text-3', '--accent', '--ok', '--warn', '--bad', '--off']
const TYPES = ['raw', 'schematized', 'aggregated', 'emergency', 'custom'].map((type) => `--type-${type}`)

describe.each(['dark', 'light'] as const)('the %s theme', (theme) => {
  const tokens = tokensOf(theme)
  const value = (name: string): string => {
    const found = tokens.get(name)
    if (found === undefined) throw new Error(`${name} is not a token`)
    return found
  }
  const worst = (name: string, surfaces: readonly string[]) =>
    Math.min(...surfaces.map((surface) => contrast(value(name), value(surface))))

  it('keeps every text colour readable on every surface', () => {
    const failures = [...TEXTS, ...TYPES].filter((name) => worst(name, SURFACES) < 4.4)
    expect(failures).toEqual([])
  })

  it('keeps text and secondary text at the level for small print', () => {
    expect(worst('--text', SURFACES)).toBeGreaterThan(7)
    expect(worst('--text-2', SURFACES)).toBeGreaterThan(4.5)
  })

  it('keeps the words of a status readable on its own fill', () => {
    const pairs = ['ok', 'warn', 'bad'].map((status) => contrast(value(`--${status}`), value(`--${status}-weak`)))
    expect(Math.min(...pairs)).toBeGreaterThanOrEqual(4.5)
  })

  it('keeps shapes, edges and the focus ring visible', () => {
    const marks = ['--ok-mark', '--warn-mark', '--bad-mark', '--off-mark']
    for (const mark of marks) expect(worst(mark, ['--bg-panel', '--bg-select', '--map-land'])).toBeGreaterThanOrEqual(3)
    expect(contrast(value('--line-control'), value('--bg-input'))).toBeGreaterThanOrEqual(3)
    expect(worst('--focus', SURFACES)).toBeGreaterThanOrEqual(3)
  })

  it('keeps white readable on solid buttons', () => {
    for (const solid of ['--accent-solid', '--accent-solid-hover', '--bad-solid']) {
      expect(contrast(value('--text-on-solid'), value(solid))).toBeGreaterThanOrEqual(4.5)
    }
  })
})

it('writes a raw colour nowhere but in the tokens', () => {
  const folder = join(import.meta.dirname, '../../../renderer/theme')
  const entry = readFileSync(join(folder, 'theme.ts'), 'utf8')
  const files = [...entry.matchAll(/'\.\/([\w-]+\.css)'/g)]
    .map(([, name = '']) => name)
    .filter((name) => name !== 'tokens.css')
  expect(files.length).toBeGreaterThan(5)
  const raw = files.flatMap((name) =>
    [...readFileSync(join(folder, name), 'utf8').matchAll(/#[\da-f]{3,8}\b(?![\w-]*\s*\{)/gi)].map(
      ([hex]) => `${name}: ${hex}`,
    ),
  )
  expect(raw).toEqual([])
})
