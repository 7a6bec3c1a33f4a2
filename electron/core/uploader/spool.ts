import { createHash } from 'node:crypto'
import { createReadStream, existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { LedgerConnection } from '../db/ledger/connection.ts'
import { listObjects, listOpenExecutions } from '../db/ledger/executions.ts'
import type { StoredExecution } from '../db/ledger/executions.ts'

const NAME = /^execution-(\d+)-/

/** Where the spool files of a workspace lie. */
export function spoolFolderOf(stateDir: string): string {
  return join(stateDir, 'spool')
}

/** Begins with the execution; the runner's token follows, so that two runners never write one file. */
export function spoolNameOf(execution: StoredExecution, runnerToken: string): string {
  return `${prefixOf(execution)}${runnerToken.slice(0, 8)}`
}

function prefixOf(execution: StoredExecution): string {
  return `execution-${execution.id}-`
}

/** True when every file still to be put is there with the recorded hash; a torn one is made again instead of sent. */
export async function isSpoolIntact(ledger: LedgerConnection, execution: StoredExecution): Promise<boolean> {
  for (const object of listObjects(ledger, execution.id)) {
    if (object.state === 'stored') continue
    if (object.spoolPath === undefined || !existsSync(object.spoolPath)) return false
    if (statSync(object.spoolPath).size !== object.bytes) return false
    if ((await sha256OfFile(object.spoolPath, object.bytes)) !== object.sha256) return false
  }
  return true
}

/** Read at once up to this size: a small file is hashed faster than a stream of it is set up. */
const SMALL_BYTES = 1 << 18

async function sha256OfFile(path: string, bytes: number): Promise<string> {
  const hash = createHash('sha256')
  if (bytes <= SMALL_BYTES) return hash.update(readFileSync(path)).digest('hex')
  for await (const part of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(part as Buffer)
  return hash.digest('hex')
}

/** Removes every spool file of an execution that has ended. */
export function removeSpool(stateDir: string, execution: StoredExecution): void {
  const folder = spoolFolderOf(stateDir)
  if (!existsSync(folder)) return
  for (const name of readdirSync(folder)) {
    if (name.startsWith(prefixOf(execution))) rmSync(join(folder, name), { force: true })
  }
}

/** Removes spool files of executions that have ended; those of open ones may belong to another runner. */
export function removeStraySpool(ledger: LedgerConnection, stateDir: string): void {
  const folder = spoolFolderOf(stateDir)
  if (!existsSync(folder)) return
  const open = new Set(listOpenExecutions(ledger).map((execution) => String(execution.id)))
  for (const name of readdirSync(folder)) {
    const execution = NAME.exec(name)?.[1]
    if (execution !== undefined && !open.has(execution)) rmSync(join(folder, name), { force: true })
  }
}
