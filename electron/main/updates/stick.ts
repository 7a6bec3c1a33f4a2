import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import { acceptUpdate, MANIFEST_NAME, SIGNATURE_NAME } from './signedUpdate.ts'
import type { UpdateFile, UpdateTarget } from './signedUpdate.ts'

/** An update that was checked and lies where only this person writes. */
export interface StagedUpdate {
  readonly version: string
  readonly notes: string
  readonly file: UpdateFile
  /** Absolute path of the installer. */
  readonly path: string
}

/** Larger than any manifest; a stick with something else under that name is not read into memory. */
const MAX_MANIFEST_BYTES = 1_000_000

/**
 * Checks the update in a folder (a stick, usually) and copies its installer into `staging`. The hash is taken of the bytes that are
 * written, so a stick that changes or goes away afterwards changes nothing. Throws as `acceptUpdate` does, `notFound` when a file is
 * missing, `corrupt` when the installer is not the one that was signed. On a throw nothing of it stays in `staging`.
 */
export async function stageUpdate(folder: string, staging: string, target: UpdateTarget): Promise<StagedUpdate> {
  const manifestBytes = await readSmall(join(folder, MANIFEST_NAME))
  const signature = await readSmall(join(folder, SIGNATURE_NAME))
  const { manifest, file } = acceptUpdate(
    manifestBytes,
    Buffer.from(signature.toString('latin1').trim(), 'base64'),
    target,
  )
  await mkdir(staging, { recursive: true, mode: 0o700 })
  const path = join(staging, file.name)
  await copyChecked(join(folder, file.name), path, file)
  return { version: manifest.version, notes: manifest.notes, file, path }
}

async function readSmall(path: string): Promise<Buffer> {
  const found = await stat(path).catch(() => undefined)
  if (found?.isFile() !== true) throw missing(path)
  if (found.size > MAX_MANIFEST_BYTES) throw torn(path, 'It is far too large.')
  return readFile(path)
}

/** Copies a file while hashing it, makes the copy durable, and gives it its name only when everything fits. */
async function copyChecked(from: string, to: string, { bytes, sha256 }: UpdateFile): Promise<void> {
  const found = await stat(from).catch(() => undefined)
  if (found?.isFile() !== true) throw missing(from)
  if (found.size !== bytes) throw torn(from, `It has ${found.size} bytes instead of ${bytes}.`)
  const temporary = `${to}.part`
  const hash = createHash('sha256')
  const tap = new Transform({
    transform(piece: Buffer, _encoding, done) {
      hash.update(piece)
      done(null, piece)
    },
  })
  try {
    await pipeline(createReadStream(from), tap, createWriteStream(temporary, { mode: 0o700 }))
    if (hash.digest('hex') !== sha256) throw torn(from, 'Its content is not what was signed.')
    const handle = await open(temporary, 'r+')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, to)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

function missing(path: string): FieldgateError {
  return new FieldgateError('notFound', `${path} is missing.`, {
    hint: `An update is a folder with ${MANIFEST_NAME}, ${SIGNATURE_NAME} and the installer. Copy all of it.`,
  })
}

function torn(path: string, why: string): FieldgateError {
  return new FieldgateError('corrupt', `${path} is not whole. ${why}`, {
    hint: 'Copy the update again, and eject the stick before pulling it out.',
  })
}
