import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../lib/paths.mjs'

const picture = (size) => readFileSync(join(ROOT, 'resources', 'icons', `${size}x${size}.png`))

/** Windows icon of our PNG pictures: a directory of 16 bytes each, then the pictures as they are. */
export function drawIco(sizes = [16, 24, 32, 48, 64, 128, 256]) {
  const pictures = sizes.map(picture)
  const head = Buffer.alloc(6 + 16 * sizes.length)
  head.writeUInt16LE(1, 2)
  head.writeUInt16LE(sizes.length, 4)
  let offset = head.length
  for (const [at, size] of sizes.entries()) {
    const entry = 6 + 16 * at
    head.writeUInt8(size % 256, entry)
    head.writeUInt8(size % 256, entry + 1)
    head.writeUInt16LE(1, entry + 4)
    head.writeUInt16LE(32, entry + 6)
    head.writeUInt32LE(pictures[at].length, entry + 8)
    head.writeUInt32LE(offset, entry + 12)
    offset += pictures[at].length
  }
  return Buffer.concat([head, ...pictures])
}

/** Types of an Apple icon that hold a PNG: one and two pixels per point. */
const ICNS_TYPES = [
  ['icp4', 16],
  ['icp5', 32],
  ['icp6', 64],
  ['ic07', 128],
  ['ic08', 256],
  ['ic09', 512],
  ['ic11', 32],
  ['ic12', 64],
  ['ic13', 256],
  ['ic14', 512],
]

/** Apple icon of our PNG pictures: each behind its type and length, big endian. */
export function drawIcns() {
  const parts = ICNS_TYPES.map(([type, size]) => tagged(type, picture(size)))
  return tagged('icns', Buffer.concat(parts))
}

function tagged(type, content) {
  const head = Buffer.alloc(8)
  head.write(type, 0, 'latin1')
  head.writeUInt32BE(content.length + 8, 4)
  return Buffer.concat([head, content])
}
