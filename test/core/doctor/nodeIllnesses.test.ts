import Database from 'better-sqlite3'
import { execFile } from 'node:child_process'
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { recoverDatabase } from '../../../electron/core/db/recover.ts'
import { describeHolders, findHolders } from '../../../electron/core/doctor/processes.ts'
import { setPipeline } from '../../../electron/core/pipelines/pipelineManager.ts'
import { createDoctorBench } from '../../helpers/doctorBench.ts'
import type { DoctorBench } from '../../helpers/doctorBench.ts'
import { queryForeign } from '../../helpers/pipelineTables.ts'

let bench: DoctorBench
let path: string

beforeEach(() => {
  bench = createDoctorBench()
  path = bench.paths[0] as string
})
afterEach(() => bench.close())

/** Adds rows until the table has this many. */
function fill(rows: number): void {
  const database = new Database(path)
  const insert = database.prepare('INSERT INTO sensor_readings (timestamp, sensor_id, temperature) VALUES (?, ?, ?)')
  database.transaction(() => {
    for (let row = 1; row < rows; row++) {
      insert.run(new Date(Date.UTC(2026, 0, 1) + row * 1000).toISOString(), `SENSOR_TX_${row % 7}`, row / 10)
    }
  })()
  database.close()
}

const healthy = async (check: string): Promise<boolean> => (await bench.ill(check)).length === 0

const isLinux = process.platform === 'linux'
/** Who it was, where the system tells; else how to find out. */
const who = (pid: number, does: string): string => (isLinux ? `(pid ${pid}) ${does}` : 'lsof')

/** Runs a script in another process until `work` is done; it prints a line once it is ready. */
async function withProcess<T>(script: string, args: readonly string[], work: (pid: number) => Promise<T>): Promise<T> {
  const child = execFile(process.execPath, ['-e', script, ...args])
  try {
    await new Promise<void>((resolve) => child.stdout?.once('data', () => resolve()))
    return await work(child.pid as number)
  } finally {
    child.kill('SIGKILL')
    await new Promise<void>((resolve) =>
      child.exitCode === null && child.signalCode === null ? child.once('exit', () => resolve()) : resolve(),
    )
  }
}

const LOCK = `const D = require('better-sqlite3'); const d = new D(process.argv[1]); d.exec(process.argv[2]); console.log('held'); setInterval(() => {}, 1000)`

describe('a healthy workspace', () => {
  test('has nothing to mend, and every check says something or does not apply', async () => {
    fill(50)
    await bench.upload()
    const report = await bench.run()
    expect(report.findings.filter((finding) => finding.verdict === 'bad' || finding.verdict === 'warn')).toEqual([])
    expect(new Set(report.findings.map((finding) => finding.check)).size).toBeGreaterThanOrEqual(12)
    for (const finding of report.findings) expect(finding.why.length).toBeGreaterThan(20)
  })
})

describe('locked', () => {
  test('says which process holds the lock, and heals when it ends', async () => {
    queryForeign(path, 'PRAGMA journal_mode = DELETE')
    await withProcess(LOCK, [path, 'BEGIN EXCLUSIVE'], async (pid) => {
      const [finding] = await bench.ill('readable')
      expect(finding).toMatchObject({
        verdict: 'bad',
        title: 'The database is locked',
        subject: 'n1',
        isFixable: false,
      })
      expect(finding?.evidence).toContain(who(pid, 'holds the write lock'))
    })
    expect(await healthy('readable')).toBe(true)
  })

  test('tells a writer, a reader and a bystander of a WAL database apart', async () => {
    fill(10)
    const kind = (pid: number): string | undefined => findHolders(path)?.find((holder) => holder.pid === pid)?.holds
    const told = (what: string): string | undefined => (isLinux ? what : undefined)
    await withProcess(LOCK, [path, 'BEGIN IMMEDIATE'], async (pid) => expect(kind(pid)).toBe(told('write')))
    await withProcess(LOCK, [path, 'BEGIN; SELECT * FROM sensor_readings'], async (pid) =>
      expect(kind(pid)).toBe(told('read')),
    )
    await withProcess(LOCK, [path, 'SELECT 1 FROM sensor_readings'], async (pid) =>
      expect(kind(pid)).toBe(told('open')),
    )
  })

  test('says how to find out where the system does not tell', () => {
    expect(findHolders(path, join(bench.folder, 'no-proc'))).toBeUndefined()
    expect(describeHolders(undefined, '/x.db')).toBe('See who has it open with: lsof /x.db')
    expect(describeHolders([], '/x.db')).toMatch(/No process/)
  })
})

describe('damaged', () => {
  /** Overwrites some leaf pages in the middle of the file. */
  function damage(pages: number): void {
    queryForeign(path, 'PRAGMA wal_checkpoint(TRUNCATE)')
    queryForeign(path, 'PRAGMA journal_mode = DELETE')
    const bytes = readFileSync(path)
    const size = bytes.readUInt16BE(16)
    let left = pages
    for (let page = Math.floor(bytes.length / size / 2); left > 0; page++) {
      if (bytes[page * size] !== 0x0d) continue
      bytes.fill(0xa5, page * size, (page + 1) * size)
      left--
    }
    writeFileSync(path, bytes)
  }

  test('is saved into a new sound file with the count of rows saved and lost; the original stays', async () => {
    fill(5000)
    queryForeign(path, 'CREATE INDEX idx_timestamp ON sensor_readings (timestamp)')
    setPipeline(path, { type: 'raw', by: 'me', reason: 'x', backfill: false, atMs: 0, customTypes: [] })
    damage(3)
    const before = readFileSync(path)
    const [finding] = await bench.ill('malformed')
    expect(finding).toMatchObject({ verdict: 'bad', isFixable: true, title: 'The database is damaged' })

    const report = await bench.fix(finding?.id ?? '')
    const told = /([\d,]+) rows? saved into (\S+), ([\d,]+) row ids? on damaged pages lost/.exec(
      report.findings[0]?.evidence ?? '',
    )
    const [saved, target, lost] = [Number(told?.[1]?.replace(',', '')), told?.[2] as string, Number(told?.[3])]
    expect(readFileSync(path)).toEqual(before)
    const counted = queryForeign(target, 'SELECT COUNT(*) FROM sensor_readings')[0]?.[0] as number
    expect(saved).toBe(counted + 1)
    expect(lost).toBeGreaterThan(0)
    expect(counted + lost).toBe(5000)
    expect(queryForeign(target, 'PRAGMA integrity_check')).toEqual([['ok']])
    expect(queryForeign(target, 'SELECT temperature FROM sensor_readings WHERE id = 4999')).toEqual([[499.8]])
    expect(queryForeign(target, "SELECT seq FROM sqlite_sequence WHERE name = 'sensor_readings'")).toEqual([[5000]])
    expect(queryForeign(target, "SELECT name FROM sqlite_master WHERE type = 'index' AND sql NOT NULL")).toEqual([
      ['idx_timestamp'],
    ])
    expect(queryForeign(target, 'SELECT reason FROM pipeline_config')).toEqual([['x']])

    const [again] = await bench.ill('malformed')
    expect(again).toMatchObject({ isFixable: false, remedy: { command: expect.stringContaining(target) } })
    copyFileSync(target, path)
    expect(await healthy('malformed')).toBe(true)
    const audit = bench.ledger.sql('SELECT actor, action, subject, reason FROM audit').all()
    expect(audit).toEqual([
      {
        actor: 'ana',
        action: 'doctor.fix',
        subject: 'malformed n1',
        reason: `Undo: Delete ${target}; ${path} was not changed.`,
      },
    ])
  })

  test('in an index only loses nothing', () => {
    fill(2000)
    queryForeign(path, 'CREATE INDEX idx_sensor ON sensor_readings (sensor_id)')
    queryForeign(path, 'PRAGMA wal_checkpoint(TRUNCATE)')
    queryForeign(path, 'PRAGMA journal_mode = DELETE')
    const root = queryForeign(path, "SELECT rootpage FROM sqlite_master WHERE name = 'idx_sensor'")[0]?.[0] as number
    const bytes = readFileSync(path)
    const size = bytes.readUInt16BE(16)
    bytes.fill(0xa5, (root - 1) * size, root * size)
    writeFileSync(path, bytes)
    const report = recoverDatabase(path, join(bench.folder, 'saved.db'))
    expect(report.tables).toEqual([{ name: 'sensor_readings', saved: 2000, lost: 0 }])
  })

  test('beyond reading says so and repairs nothing', async () => {
    rmSync(`${path}-wal`, { force: true })
    rmSync(`${path}-shm`, { force: true })
    writeFileSync(path, Buffer.alloc(8192, 0xa5))
    const [finding] = await bench.ill('malformed')
    expect(finding).toMatchObject({ verdict: 'bad', isFixable: false })
    await expect(bench.fix(finding?.id ?? '')).rejects.toThrow(/nothing to repair/)
    expect(() => recoverDatabase(path, join(bench.folder, 'x.db'))).toThrow(/cannot be read/)
  })

  test('and half saved before is not saved over', () => {
    writeFileSync(join(bench.folder, 'there.db'), 'mine')
    expect(() => recoverDatabase(path, join(bench.folder, 'there.db'))).toThrow(/exists already/)
    expect(readFileSync(join(bench.folder, 'there.db'), 'utf8')).toBe('mine')
  })

  test('tables without row ids are read from both ends', () => {
    queryForeign(path, 'CREATE TABLE places (name TEXT PRIMARY KEY, city TEXT) WITHOUT ROWID')
    const values = Array.from(
      { length: 300 },
      (_, index) => `('place ${String(index).padStart(4, '0')}', '${'x'.repeat(200)}')`,
    )
    queryForeign(path, `INSERT INTO places VALUES ${values.join(', ')}`)
    const report = recoverDatabase(path, join(bench.folder, 'saved.db'))
    expect(report.tables.find((table) => table.name === 'places')).toEqual({ name: 'places', saved: 300, lost: 0 })
  })
})

describe('the write-ahead log', () => {
  test('too large is named with its reader, emptied only when nobody has it open, and then healthy', async () => {
    fill(100)
    await withProcess(LOCK, [path, 'BEGIN; SELECT COUNT(*) FROM sensor_readings'], async (pid) => {
      const writer = new Database(path)
      writer.pragma('wal_autocheckpoint = 0')
      const insert = writer.prepare('INSERT INTO sensor_readings (timestamp, sensor_id, anomaly_type) VALUES (?, ?, ?)')
      for (let part = 0; part < 9; part++) {
        writer.transaction(() => {
          for (let row = 0; row < 1000; row++) insert.run('2026-01-01T00:00:00Z', 'S', 'x'.repeat(3900))
        })()
      }
      const [finding] = await bench.ill('walSize')
      expect(finding).toMatchObject({ verdict: 'warn', isFixable: false })
      expect(finding?.evidence).toContain(who(pid, 'is reading'))
      await expect(bench.fix('walSize:n1')).rejects.toThrow(/nothing to repair/)
      // Killed with the log as it is, as a power cut does.
      copyFileSync(path, `${path}.kept`)
      copyFileSync(`${path}-wal`, `${path}.kept-wal`)
      writer.close()
    })
    for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true })
    copyFileSync(`${path}.kept`, path)
    copyFileSync(`${path}.kept-wal`, `${path}-wal`)
    if (!isLinux) return
    expect((await bench.ill('walSize'))[0]).toMatchObject({ isFixable: true })
    const report = await bench.fix('walSize:n1')
    expect(report.findings[0]).toMatchObject({ verdict: 'ok' })
    expect(queryForeign(path, 'SELECT COUNT(*) FROM sensor_readings')).toEqual([[9100]])
  })
})

describe('the sensor', () => {
  test('that has stopped writing is noticed, one that never writes again is not', async () => {
    const quiet = (seconds: number): void => {
      for (const file of [path, `${path}-wal`]) {
        if (statSync(file, { throwIfNoEntry: false }) !== undefined)
          utimesSync(file, Date.now() / 1000 - seconds, Date.now() / 1000 - seconds)
      }
    }
    expect(await healthy('newRows')).toBe(true)
    quiet(300)
    expect(await bench.ill('newRows')).toMatchObject([
      {
        verdict: 'warn',
        title: 'No new rows',
        evidence: expect.stringMatching(/^The database was last written 5 min/),
      },
    ])
    quiet(30 * 86_400)
    expect(await healthy('newRows')).toBe(true)
    fill(2)
    expect(await healthy('newRows')).toBe(true)
  })

  test('with an old SQLite is a hint, only where it uses a write-ahead log', async () => {
    const setVersion = (version: number): void => {
      const bytes = readFileSync(path)
      bytes.writeUInt32BE(version, 96)
      writeFileSync(path, bytes)
    }
    setVersion(3_040_001)
    const [finding] = await bench.ill('writerVersion')
    expect(finding).toMatchObject({
      verdict: 'warn',
      isFixable: false,
      evidence: 'The first page was last written by SQLite 3.40.1.',
    })
    setVersion(3_051_003)
    expect(await healthy('writerVersion')).toBe(true)
    setVersion(3_040_001)
    const bytes = readFileSync(path)
    bytes[18] = 1
    bytes[19] = 1
    writeFileSync(path, bytes)
    expect(await healthy('writerVersion')).toBe(true)
  })

  test('whose clock or zone is ahead is told apart', async () => {
    const ahead = (minutes: number): string => new Date(Date.now() + minutes * 60_000).toISOString()
    queryForeign(path, `INSERT INTO sensor_readings (timestamp, sensor_id) VALUES ('${ahead(17)}', 'S')`)
    expect((await bench.ill('clock'))[0]?.remedy?.detail).toMatch(/NTP/)
    queryForeign(path, `INSERT INTO sensor_readings (timestamp, sensor_id) VALUES ('${ahead(330)}', 'S')`)
    expect((await bench.ill('clock'))[0]).toMatchObject({
      verdict: 'warn',
      remedy: { detail: expect.stringMatching(/time_zone/) },
    })
    queryForeign(path, 'DELETE FROM sensor_readings WHERE id > 1')
    expect(await healthy('clock')).toBe(true)
  })

  test('that changes its table is drift until the next delivery', async () => {
    await bench.upload()
    expect(await healthy('schemaDrift')).toBe(true)
    queryForeign(path, 'ALTER TABLE sensor_readings ADD COLUMN wind REAL')
    expect(await bench.ill('schemaDrift')).toMatchObject([
      { verdict: 'warn', evidence: 'Since the last delivery: wind added.' },
    ])
    fill(3)
    await bench.upload()
    expect(await healthy('schemaDrift')).toBe(true)
  })
})

describe('the file', () => {
  test('that is gone is named with its folder, and healthy when it is back', async () => {
    const away = join(bench.folder, 'away')
    mkdirSync(away)
    for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true })
    copyFileSync(path, join(away, 'kept.db'))
    rmSync(path)
    expect(await bench.ill('permissions')).toMatchObject([{ title: 'The database is not there', verdict: 'bad' }])
    expect(await bench.ill('readable')).toEqual([])
    copyFileSync(join(away, 'kept.db'), path)
    expect(await healthy('permissions')).toBe(true)
  })

  test(
    'that this user may not read is made readable by its owner, with the way back',
    { timeout: 30_000 },
    async () => {
      // Rights do not bind the superuser: the check runs as somebody else where the tests run as root.
      const isRoot = process.getuid?.() === 0
      if (process.getuid === undefined) return
      const script = `
      const { chmodSync, chownSync, statSync } = require('node:fs')
      const [folder, file, isRoot] = process.argv.slice(1)
      import(${JSON.stringify(join(import.meta.dirname, '../../../electron/core/doctor/checks/permissions.ts'))}).then(({ permissionsCheck }) => {
        if (isRoot === 'true') { chownSync(folder, 65534, 65534); chownSync(file, 65534, 65534); process.setgid(65534); process.setuid(65534) }
        chmodSync(file, 0)
        const node = { id: 'n1', sqlite: file, labels: {}, timeZone: 'UTC' }
        const before = permissionsCheck.examine({}, node)
        const repair = permissionsCheck.fix({}, node)
        console.log(JSON.stringify({ before, repair, after: permissionsCheck.examine({}, node), mode: statSync(file).mode & 0o777 }))
      })`
      for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true })
      const { stdout } = await promisify(execFile)(process.execPath, [
        '-e',
        script,
        dirname(path),
        path,
        String(isRoot),
      ])
      const told = JSON.parse(stdout) as { before: unknown; repair: unknown; after: unknown; mode: number }
      expect(told.before).toMatchObject([{ verdict: 'bad', isFixable: true, title: 'The database may not be read' }])
      expect(told.after).toMatchObject([{ verdict: 'ok' }])
      expect(told.repair).toMatchObject({ undo: `chmod 0000 ${path}` })
      expect(told.mode).toBe(0o400)
    },
  )

  test('with several tables that could be meant says which', async () => {
    queryForeign(path, 'ALTER TABLE sensor_readings RENAME TO one')
    queryForeign(path, 'CREATE TABLE two (timestamp TEXT, value REAL)')
    queryForeign(path, "INSERT INTO two VALUES ('2026-01-01', 1)")
    expect((await bench.ill('readable'))[0]).toMatchObject({
      verdict: 'bad',
      evidence: expect.stringMatching(/one, two/),
    })
    queryForeign(path, 'DROP TABLE two')
    expect(await healthy('readable')).toBe(true)
  })

  test('cut short by a full disk is damage, not a crash of the doctor', async () => {
    fill(3000)
    queryForeign(path, 'PRAGMA wal_checkpoint(TRUNCATE)')
    queryForeign(path, 'PRAGMA journal_mode = DELETE')
    truncateSync(path, Math.floor(statSync(path).size / 2 / 4096) * 4096)
    expect((await bench.ill('malformed'))[0]).toMatchObject({ verdict: 'bad' })
    appendFileSync(path, '')
    expect((await bench.run()).findings.length).toBeGreaterThan(5)
  })
})
