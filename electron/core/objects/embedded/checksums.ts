import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'

export const CHECKSUM_NAMES = ['crc32', 'crc32c', 'crc64nvme', 'sha1', 'sha256'] as const
export type ChecksumName = (typeof CHECKSUM_NAMES)[number]

/** A running checksum; `digest` is the raw big-endian value, to be called once. */
export interface Checksum {
  update(bytes: Uint8Array): void
  digest(): Buffer
}

/** Whether a word of a header names an algorithm that the store can check. */
export function isChecksumName(name: string): name is ChecksumName {
  return (CHECKSUM_NAMES as readonly string[]).includes(name)
}

/** A checksum as S3 defines it for `x-amz-checksum-{name}`. */
export function createChecksum(name: ChecksumName): Checksum {
  switch (name) {
    case 'crc32':
      return runningCrc((bytes, crc) => crc32(bytes, crc))
    case 'crc32c':
      return runningCrc(crc32c)
    case 'crc64nvme':
      return crc64nvme()
    case 'sha1':
    case 'sha256': {
      const hash = createHash(name)
      return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest() }
    }
  }
}

function runningCrc(step: (bytes: Uint8Array, crc: number) => number): Checksum {
  let crc = 0
  return {
    update: (bytes) => {
      crc = step(bytes, crc)
    },
    digest: () => {
      const out = Buffer.alloc(4)
      out.writeUInt32BE(crc >>> 0)
      return out
    },
  }
}

const CASTAGNOLI = tableOf(0x82f63b78)

function tableOf(polynomial: number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, index) => {
    let value = index
    for (let bit = 0; bit < 8; bit++) value = (value & 1) === 1 ? (value >>> 1) ^ polynomial : value >>> 1
    return value >>> 0
  })
}

/** CRC-32C (Castagnoli, RFC 3720 appendix B.4), continued from `crc`. */
function crc32c(bytes: Uint8Array, crc: number): number {
  let value = ~crc
  for (const byte of bytes) value = (CASTAGNOLI[(value ^ byte) & 255] as number) ^ (value >>> 8)
  return ~value >>> 0
}

/** Tables of CRC-64/NVME (reflected polynomial 0x9A6C9329AC4BC9B5) as high and low halves: BigInt would be 50 times slower. */
const NVME = (() => {
  const high = new Uint32Array(256)
  const low = new Uint32Array(256)
  for (let index = 0; index < 256; index++) {
    let value = BigInt(index)
    for (let bit = 0; bit < 8; bit++) value = (value & 1n) === 1n ? (value >> 1n) ^ 0x9a6c9329ac4bc9b5n : value >> 1n
    high[index] = Number(value >> 32n)
    low[index] = Number(value & 0xffffffffn)
  }
  return { high, low }
})()

function crc64nvme(): Checksum {
  let high = 0xffffffff
  let low = 0xffffffff
  return {
    update: (bytes) => {
      for (const byte of bytes) {
        const index = (low ^ byte) & 255
        low = (((low >>> 8) | (high << 24)) ^ (NVME.low[index] as number)) >>> 0
        high = ((high >>> 8) ^ (NVME.high[index] as number)) >>> 0
      }
    },
    digest: () => {
      const out = Buffer.alloc(8)
      out.writeUInt32BE(~high >>> 0, 0)
      out.writeUInt32BE(~low >>> 0, 4)
      return out
    },
  }
}
