import { createHash } from 'node:crypto'
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs'
import type { ParquetSink } from '../parquet/port.ts'

const STAGE_BYTES = 1 << 18

/** A finished spool file, durable on disk. */
export interface SpoolResult {
  readonly bytes: number
  readonly sha256: string
}

/** A file that is hashed while it is written. `finish` makes it durable; `abandon` leaves nothing. */
export class SpoolFile implements ParquetSink {
  readonly path: string
  readonly #hash = createHash('sha256')
  readonly #stage: Buffer
  #fd: number | undefined
  #staged = 0
  /** Bytes written so far. */
  bytes = 0

  constructor(path: string, stageBytes = STAGE_BYTES) {
    this.path = path
    this.#stage = Buffer.allocUnsafe(stageBytes)
    this.#fd = openSync(path, 'w', 0o600)
  }

  write(bytes: Uint8Array): void {
    this.bytes += bytes.length
    if (this.#staged + bytes.length > this.#stage.length) {
      this.#flush()
      if (bytes.length > this.#stage.length) {
        this.#writeOut(bytes)
        return
      }
    }
    this.#stage.set(bytes, this.#staged)
    this.#staged += bytes.length
  }

  finish(): SpoolResult {
    this.#flush()
    if (this.#fd !== undefined) {
      fsyncSync(this.#fd)
      closeSync(this.#fd)
      this.#fd = undefined
    }
    return { bytes: this.bytes, sha256: this.#hash.digest('hex') }
  }

  abandon(): void {
    if (this.#fd !== undefined) closeSync(this.#fd)
    this.#fd = undefined
    rmSync(this.path, { force: true })
  }

  #flush(): void {
    if (this.#staged > 0) this.#writeOut(this.#stage.subarray(0, this.#staged))
    this.#staged = 0
  }

  #writeOut(bytes: Uint8Array): void {
    this.#hash.update(bytes)
    let done = 0
    while (done < bytes.length) done += writeSync(this.#fd as number, bytes, done, bytes.length - done)
  }
}
