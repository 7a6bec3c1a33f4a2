// Draws the PNG icons from their SVG sources: `node scripts/drawIcons.mjs`, with a Chromium that Playwright finds.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { chromium } from 'playwright'
import { findChromium } from '../e2e/support/chromium.ts'
import { drawIcns, drawIco } from './package/icons.mjs'

const folder = join(import.meta.dirname, '../resources/icons')
const TRAY_STATES = ['running', 'attention', 'stalled', 'paused']
const pictures = [
  ...[16, 24].map((size) => ({ source: 'app-small', target: `${size}x${size}`, size })),
  ...[32, 48, 64, 128, 256, 512].map((size) => ({ source: 'app', target: `${size}x${size}`, size })),
  ...TRAY_STATES.flatMap((state) => [
    { source: `tray-${state}`, target: `tray-${state}Template`, size: 16 },
    { source: `tray-${state}`, target: `tray-${state}Template@2x`, size: 32 },
  ]),
]

const browser = await chromium.launch(findChromium())
try {
  const page = await browser.newPage()
  for (const { source, target, size } of pictures) {
    const svg = await readFile(join(folder, `${source}.svg`), 'utf8')
    await page.setViewportSize({ width: size, height: size })
    await page.setContent(`<style>*{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${svg}`)
    await writeFile(join(folder, `${target}.png`), await page.screenshot({ omitBackground: true }))
  }
  const packageFolder = join(import.meta.dirname, '../resources/package')
  await writeFile(join(packageFolder, 'icon.ico'), drawIco())
  await writeFile(join(packageFolder, 'icon.icns'), drawIcns())
  console.log(`${pictures.length} pictures in resources/icons`)
} finally {
  await browser.close()
}
