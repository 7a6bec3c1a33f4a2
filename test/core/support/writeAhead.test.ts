import Database from 'better-sqlite3'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { enterWriteAheadMode } from '../../../electron/core/support/writeAhead.ts'

function makeFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fieldgate-wal-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'new.sqlite')
}

/** Holds the write lock of a database in another thread for so many milliseconds. */
async function holdElsewhere(path: string, ms: number): Promise<void> {
  const worker = new Worker(
    `const { workerData, parentPort } = require('node:worker_threads')
     const Database = require('better-sqlite3')
     const database = new Database(workerData.path)
     database.exec('BEGIN IMMEDIATE; CREATE TABLE t(x)')
     parentPort.postMessage('held')
     setTimeout(() => { database.exec('COMMIT'); database.close() }, workerData.ms)`,
    { eval: true, workerData: { path, ms } },
  )
  onTestFinished(async () => void (await worker.terminate()))
  await once(worker, 'message')
}

test('a database that another opens at the same moment is waited for', async () => {
  const path = makeFile()
  await holdElsewhere(path, 300)
  const database = new Database(path, { timeout: 0 })
  onTestFinished(() => void database.close())
  expect(() => database.pragma('journal_mode = WAL')).toThrow('locked')
  enterWriteAheadMode(database, 20_000)
  expect(database.pragma('journal_mode', { simple: true })).toBe('wal')
})

test('one that stays locked is refused when the time is over', async () => {
  const path = makeFile()
  await holdElsewhere(path, 60_000)
  const database = new Database(path, { timeout: 0 })
  onTestFinished(() => void database.close())
  expect(() => enterWriteAheadMode(database, 50)).toThrow('locked')
})
