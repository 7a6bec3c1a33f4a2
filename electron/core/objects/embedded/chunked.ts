import { createHash } from 'node:crypto'
import { createChunkVerifier } from './signature.ts'
import type { Signed } from './signature.ts'
import { Refusal } from './wire.ts'

const MAX_LINE = 16_384

/**
 * Removes aws-chunked framing: yields the data alone and leaves the trailing headers in `trailers`. With a signed form
 * each chunk's signature is verified before the chunk counts. Throws `IncompleteBody` when the last chunk is missing.
 */
export async function* decodeChunks(
  source: AsyncIterable<Uint8Array>,
  signed: Signed,
  trailers: Map<string, string>,
): AsyncGenerator<Uint8Array> {
  const reader = createReader(source)
  const verifier = signed.payload.startsWith('STREAMING-AWS4-HMAC-SHA256') ? createChunkVerifier(signed) : undefined
  for (;;) {
    const match = /^([0-9a-f]{1,8})(?:;chunk-signature=([0-9a-f]{64}))?$/i.exec(await reader.line())
    if (match === null) throw incomplete()
    const size = Number.parseInt(match[1] ?? '', 16)
    const hash = verifier === undefined ? undefined : createHash('sha256')
    for (let left = size; left > 0;) {
      const part = await reader.atMost(left)
      left -= part.length
      hash?.update(part)
      yield part
    }
    if (hash !== undefined) verifier?.chunk(hash.digest('hex'), match[2] ?? '')
    if (size === 0) break
    if ((await reader.line()) !== '') throw incomplete()
  }
  await readTrailers(reader, trailers, verifier)
}

async function readTrailers(
  reader: Reader,
  trailers: Map<string, string>,
  verifier: ReturnType<typeof createChunkVerifier> | undefined,
): Promise<void> {
  const canonical: string[] = []
  for (let line = await reader.lastLine(); line !== undefined && line !== ''; line = await reader.lastLine()) {
    const at = line.indexOf(':')
    const name = line.slice(0, at).trim().toLowerCase()
    const value = line.slice(at + 1).trim()
    if (name === 'x-amz-trailer-signature') {
      verifier?.trailer(createHash('sha256').update(canonical.join('')).digest('hex'), value)
      continue
    }
    trailers.set(name, value)
    canonical.push(`${name}:${value}\n`)
  }
}

interface Reader {
  line(): Promise<string>
  /** Like `line`, but the end of the body is undefined instead of an error. */
  lastLine(): Promise<string | undefined>
  atMost(bytes: number): Promise<Uint8Array>
}

function createReader(source: AsyncIterable<Uint8Array>): Reader {
  const iterator = source[Symbol.asyncIterator]()
  let buffer: Buffer = Buffer.alloc(0)
  const pull = async (): Promise<boolean> => {
    const next = await iterator.next()
    if (next.done === true) return false
    buffer = buffer.length === 0 ? Buffer.from(next.value) : Buffer.concat([buffer, next.value])
    return true
  }
  const lastLine = async (): Promise<string | undefined> => {
    let end = buffer.indexOf('\r\n')
    while (end < 0) {
      if (buffer.length > MAX_LINE) throw incomplete()
      if (!(await pull())) return undefined
      end = buffer.indexOf('\r\n')
    }
    const line = buffer.toString('latin1', 0, end)
    buffer = buffer.subarray(end + 2)
    return line
  }
  return {
    lastLine,
    line: async () => {
      const line = await lastLine()
      if (line === undefined) throw incomplete()
      return line
    },
    atMost: async (bytes) => {
      if (buffer.length === 0 && !(await pull())) throw incomplete()
      const part = buffer.subarray(0, bytes)
      buffer = buffer.subarray(part.length)
      return part
    },
  }
}

function incomplete(): Refusal {
  return new Refusal(400, 'IncompleteBody', 'The request body terminated unexpectedly')
}
