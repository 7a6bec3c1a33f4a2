import Database from 'better-sqlite3'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { connectLedger } from '../../../../electron/core/db/ledger/connection.ts'
import type { LedgerConnection } from '../../../../electron/core/db/ledger/connection.ts'
import {
  listAnchors,
  listCurrentEpochs,
  listEpochs,
  rememberAnchor,
  startEpoch,
} from '../../../../electron/core/db/ledger/epochs.ts'
import type { Lane } from '../../../../shared/domain/execution.ts'
import { listObjects, listOpenExecutions, readExecution } from '../../../../electron/core/db/ledger/executions.ts'
import {
  abandonExecution,
  claimBatch,
  commitExecution,
  markObject,
  recordEncoded,
  recordFailure,
  repinExecution,
  resetToClaimed,
} from '../../../../electron/core/db/ledger/transitions.ts'
import {
  activateRoute,
  insertGap,
  listGaps,
  openLane,
  readCursor,
  sumPendingGaps,
} from '../../../../electron/core/db/ledger/lanes.ts'
import { releaseLeases, takeLease } from '../../../../electron/core/db/ledger/leases.ts'
import {
  deliveredSince,
  listLaneTotals,
  listQuarantine,
  monthBytes,
  noteImport,
} from '../../../../electron/core/db/ledger/records.ts'
import { listPaused, readLink, writeLink, writePaused } from '../../../../electron/core/db/ledger/settings.ts'
import { LEDGER_MIGRATIONS } from '../../../../electron/core/db/ledger/schema.ts'
import { FieldgateError } from '../../../../shared/domain/errors.ts'

const lane = { nodeId: 'n1', table: 'sensor_readings', epoch: 'e1', route: 'raw' }
const counts = { read: 10, kept: 10, rejected: 0, filtered: 0, aggregated: 0 }
let ledger: LedgerConnection

beforeEach(() => {
  ledger = connectLedger(':memory:')
  takeLease(ledger, { nodeId: 'n1', token: 'me', pid: 1, host: 'h', nowMs: 0, ttlMs: 1000 }, () => true)
})

function claim(fromSeq: number, toSeq: number, on = lane, kind: 'tail' | 'gap' = 'tail') {
  return claimBatch(ledger, on, {
    kind,
    pipelineRevision: 1,
    bucket: 'bucket',
    fromSeq,
    toSeq,
    request: '{}',
    anchor: undefined,
    atMs: 5,
  })
}

function finish(execution: ReturnType<typeof claim>): void {
  const key = `k${execution.fromSeq}-${execution.route}`
  recordEncoded(ledger, execution, {
    objects: [
      {
        key,
        date: '2026-01-01',
        fromSeq: execution.fromSeq,
        toSeq: execution.toSeq,
        rows: 10,
        bytes: 100,
        sha256: 's',
        logicalHash: 'l',
        spoolPath: '/spool/x',
      },
    ],
    counts,
    quarantined: [],
    newestEventMs: 7,
    atMs: 6,
  })
  markObject(ledger, 'bucket', key, 'stored', 'etag')
  commitExecution(ledger, readExecution(ledger, execution.id), { leaseToken: 'me', atMs: 9 })
}

describe('claims', () => {
  test('two claims of a lane never overlap', () => {
    openLane(ledger, lane, 0, 1)
    claim(1, 10)

    expect(() => claim(1, 12)).toThrow(FieldgateError)
    expect(claim(11, 20).fromSeq).toBe(11)
  })

  test('the acknowledged sequence waits for the oldest unfinished claim and never moves back', () => {
    openLane(ledger, lane, 0, 1)
    const first = claim(1, 10)
    const second = claim(11, 20)

    finish(second)
    expect(readCursor(ledger, lane)).toMatchObject({ claimedSeq: 20, ackedSeq: 0 })

    finish(first)
    expect(readCursor(ledger, lane)).toMatchObject({ claimedSeq: 20, ackedSeq: 20 })
  })

  test('a runner whose lease fell to another cannot commit', () => {
    openLane(ledger, lane, 0, 1)
    const execution = claim(1, 10)
    takeLease(ledger, { nodeId: 'n1', token: 'other', pid: 2, host: 'h', nowMs: 5000, ttlMs: 1000 }, () => true)

    expect(() => finish(execution)).toThrow(/uploaded by another runner/)
    expect(readCursor(ledger, lane)?.ackedSeq).toBe(0)
    expect(readExecution(ledger, execution.id).state).toBe('encoded')
  })

  test('a commit with an object not stored is refused', () => {
    openLane(ledger, lane, 0, 1)
    const execution = claim(1, 10)
    recordEncoded(ledger, execution, {
      objects: [
        {
          key: 'k',
          date: undefined,
          fromSeq: 1,
          toSeq: 10,
          rows: 10,
          bytes: 1,
          sha256: 's',
          logicalHash: 'l',
          spoolPath: 'p',
        },
      ],
      counts,
      quarantined: [],
      newestEventMs: undefined,
      atMs: 6,
    })

    expect(() => commitExecution(ledger, execution, { leaseToken: 'me', atMs: 9 })).toThrow(/not stored/)
  })

  test('a failure stays on the execution with its next try, and a success clears it', () => {
    openLane(ledger, lane, 0, 1)
    const execution = claim(1, 10)
    recordFailure(ledger, execution.id, { code: 'denied', message: 'no', hint: 'grant', atMs: 7, nextRetryMs: 99 })

    expect(readExecution(ledger, execution.id)).toMatchObject({
      attempt: 1,
      failure: { code: 'denied', message: 'no', hint: 'grant', atMs: 7, nextRetryMs: 99 },
    })

    finish(execution)
    expect(readExecution(ledger, execution.id)).toMatchObject({ state: 'succeeded', attempt: 2, failure: undefined })
  })

  test('an abandoned execution ends without moving the cursor over its rows', () => {
    openLane(ledger, lane, 0, 1)
    const execution = claim(1, 10)

    abandonExecution(ledger, execution.id, 'replaced', 8)

    expect(listOpenExecutions(ledger)).toEqual([])
    finish(claim(11, 20))
    expect(readCursor(ledger, lane)?.ackedSeq).toBe(0)
  })

  test('rows put in quarantine twice by a redo are kept once', () => {
    openLane(ledger, lane, 0, 1)
    const execution = claim(1, 10)
    const outcome = {
      objects: [],
      counts,
      quarantined: [{ sequence: 3, reasons: ['too hot'], row: '{}' }],
      newestEventMs: undefined,
      atMs: 6,
    }
    recordEncoded(ledger, execution, outcome)
    recordEncoded(ledger, execution, outcome)

    expect(listQuarantine(ledger, { limit: 10 })).toMatchObject([{ sequence: 3, reasons: ['too hot'] }])
    expect(listObjects(ledger, execution.id)).toEqual([])
  })
})

describe('switching', () => {
  test('a switch continues at the active position and remembers what the new route left out', () => {
    activateRoute(ledger, lane, { pipelineRevision: 1, backfill: false, firstSeq: 1, atMs: 1 })
    finish(claim(1, 10))

    const aggregated = { ...lane, route: 'aggregated' }
    activateRoute(ledger, aggregated, { pipelineRevision: 2, backfill: false, firstSeq: 1, atMs: 2 })

    expect(readCursor(ledger, aggregated)).toMatchObject({ claimedSeq: 10, ackedSeq: 10 })
    expect(listGaps(ledger, aggregated)).toMatchObject([{ fromSeq: 1, toSeq: 10, state: 'skipped' }])
  })

  test('a backfill asks for everything the route ever left out, and its claims shrink the gap', () => {
    activateRoute(ledger, lane, { pipelineRevision: 1, backfill: false, firstSeq: 1, atMs: 1 })
    finish(claim(1, 10))
    const aggregated = { ...lane, route: 'aggregated' }
    activateRoute(ledger, aggregated, { pipelineRevision: 2, backfill: false, firstSeq: 1, atMs: 2 })

    activateRoute(ledger, aggregated, { pipelineRevision: 3, backfill: true, firstSeq: 1, atMs: 3 })
    const gap = listGaps(ledger, aggregated)[0]
    expect(gap).toMatchObject({ state: 'pending', fromSeq: 1, toSeq: 10 })

    claimBatch(ledger, aggregated, {
      kind: 'gap',
      gapId: gap?.id,
      pipelineRevision: 3,
      bucket: 'b',
      fromSeq: 1,
      toSeq: 4,
      request: '{}',
      anchor: undefined,
      atMs: 4,
    })
    expect(listGaps(ledger, aggregated)).toMatchObject([{ fromSeq: 5, toSeq: 10 }])
    expect(readCursor(ledger, aggregated)?.ackedSeq).toBe(10)
  })

  test('a switch takes over what waits to be delivered as the type before, but not what another type has', () => {
    activateRoute(ledger, lane, { pipelineRevision: 1, backfill: false, firstSeq: 1, atMs: 1 })
    finish(claim(1, 10))
    ledger.sql('UPDATE cursors SET claimed_seq = 30, acked_seq = 30').run()
    insertGap(ledger, lane, { fromSeq: 11, toSeq: 30, state: 'pending', reason: 'left no object' })
    const emergency = { ...lane, route: 'emergency' }
    openLane(ledger, emergency, 0, 1)
    for (const [route, fromSeq, toSeq] of [
      ['emergency', 1, 30],
      ['aggregated', 16, 20],
    ] as const) {
      claimBatch(
        ledger,
        { ...lane, route },
        {
          kind: 'gap',
          gapId: undefined,
          pipelineRevision: 1,
          bucket: 'b',
          fromSeq,
          toSeq,
          request: '{}',
          anchor: undefined,
          atMs: 1,
        },
      )
    }
    const schematized = { ...lane, route: 'schematized' }
    activateRoute(ledger, schematized, {
      pipelineRevision: 2,
      backfill: false,
      firstSeq: 1,
      alwaysOn: ['emergency'],
      atMs: 2,
    })

    const gapsOf = (of: Lane): unknown => listGaps(ledger, of).map((gap) => [gap.fromSeq, gap.toSeq, gap.state])
    expect(gapsOf(schematized)).toEqual([
      [1, 10, 'skipped'],
      [11, 15, 'pending'],
      [16, 20, 'skipped'],
      [21, 30, 'pending'],
    ])
    expect(gapsOf(lane)).toEqual([
      [11, 15, 'skipped'],
      [16, 20, 'pending'],
      [21, 30, 'skipped'],
    ])
  })

  test('a claim made before the switch keeps its route', () => {
    activateRoute(ledger, lane, { pipelineRevision: 1, backfill: false, firstSeq: 1, atMs: 1 })
    const execution = claim(1, 10)
    activateRoute(
      ledger,
      { ...lane, route: 'schematized' },
      { pipelineRevision: 2, backfill: false, firstSeq: 1, atMs: 2 },
    )

    expect(readExecution(ledger, execution.id).route).toBe('raw')
    expect(readCursor(ledger, { ...lane, route: 'schematized' })?.claimedSeq).toBe(10)
  })
})

describe('leases', () => {
  const other = { nodeId: 'n1', token: 'other', pid: 2, host: 'h', ttlMs: 1000 }

  test('a lease in force names its holder to the second asker', () => {
    expect(takeLease(ledger, { ...other, nowMs: 500 }, () => true)).toMatchObject({ token: 'me', pid: 1 })
  })

  test('a lease falls when it expired, and when its process on this host is gone', () => {
    expect(takeLease(ledger, { ...other, nowMs: 500 }, () => false).token).toBe('other')
    expect(takeLease(ledger, { ...other, token: 'third', nowMs: 1500 }, () => true).token).toBe('third')
  })

  test('only the holder can give a lease back', () => {
    releaseLeases(ledger, 'other')
    expect(takeLease(ledger, { ...other, nowMs: 1 }, () => true).token).toBe('me')
    releaseLeases(ledger, 'me')
    expect(takeLease(ledger, { ...other, nowMs: 1 }, () => true).token).toBe('other')
  })
})

describe('epochs', () => {
  test('epochs of a table are numbered in order', () => {
    startEpoch(ledger, lane, { epoch: 'aa', firstSeq: 1, file: 'f', atMs: 1 })
    startEpoch(ledger, lane, { epoch: 'bb', firstSeq: 1, file: 'g', atMs: 2 })

    expect(listEpochs(ledger, lane).map((epoch) => [epoch.ordinal, epoch.epoch])).toEqual([
      [1, 'aa'],
      [2, 'bb'],
    ])
  })

  test('anchors stay few and keep both ends of the epoch', () => {
    for (let sequence = 1; sequence <= 500; sequence++)
      rememberAnchor(ledger, lane, 'e1', { sequence, hash: `h${sequence}` })

    const anchors = listAnchors(ledger, lane, 'e1')
    expect(anchors.length).toBeLessThanOrEqual(12)
    expect(anchors[0]?.sequence).toBe(1)
    expect(anchors.at(-1)?.sequence).toBe(500)
  })
})

describe('the file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fieldgate-ledger-'))

  test('a ledger of a newer version is refused and left as it is', () => {
    const path = join(folder, 'newer.db')
    const raw = new Database(path)
    raw.pragma(`user_version = ${LEDGER_MIGRATIONS.length + 1}`)
    raw.close()
    const before = readFileSync(path)

    expect(() => connectLedger(path)).toThrow(/newer Fieldgate/)
    expect(readFileSync(path).equals(before)).toBe(true)
  })

  test('a file that is no database is refused with the remedy', () => {
    const path = join(folder, 'garbage.db')
    writeFileSync(path, 'not a database at all, and long enough to have a header to look at')

    expect(() => connectLedger(path)).toThrow(/damaged/)
    expect(readFileSync(path, 'utf8')).toContain('not a database')
  })

  test('a damaged ledger is refused and not one byte of it changes', () => {
    const path = join(folder, 'damaged.db')
    connectLedger(path).database.close()
    const bytes = readFileSync(path)
    bytes.fill(0x5a, 4096, 4096 * 12)
    writeFileSync(path, bytes)

    expect(() => connectLedger(path)).toThrow(/damaged/)
    expect(readFileSync(path).equals(bytes)).toBe(true)
  })

  test('every commit is fsynced', () => {
    const opened = connectLedger(join(folder, 'good.db'))
    expect(opened.database.pragma('synchronous', { simple: true })).toBe(2)
    expect(opened.database.pragma('journal_mode', { simple: true })).toBe('wal')
    opened.database.close()
  })
})

test('a foreign state file is imported once', () => {
  const file = { path: '/state.json', sha256: 'x', atMs: 1, note: 'n' }
  expect(noteImport(ledger, file)).toBe(true)
  expect(noteImport(ledger, file)).toBe(false)
})

test('hot queries use their indexes', () => {
  const plan = (sql: string): string =>
    (ledger.database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all() as { detail: string }[])
      .map((row) => row.detail)
      .join('; ')

  expect(
    plan(
      `SELECT * FROM executions INDEXED BY executions_open WHERE node_id = 'n' AND state IN ('claimed', 'encoded') ORDER BY id`,
    ),
  ).toContain('executions_open')
  expect(plan(`SELECT * FROM executions WHERE node_id = 'n' AND id < 9 ORDER BY id DESC LIMIT 5`)).toContain(
    'executions_by_node',
  )
  expect(plan(`SELECT * FROM objects WHERE execution_id = 1`)).toContain('objects_by_execution')
  expect(
    plan(
      `SELECT SUM(bytes) FROM executions INDEXED BY executions_finished WHERE state = 'succeeded' AND finished_at_ms >= 5 GROUP BY node_id`,
    ),
  ).toContain('SEARCH executions USING INDEX executions_finished')
  expect(plan(`SELECT COUNT(*) FROM quarantine WHERE state = 'open' GROUP BY node_id`)).toContain('quarantine_open')
})

describe('what lanes have delivered in all', () => {
  test('is kept by each commit, with the bytes of the month', () => {
    openLane(ledger, lane, 0, 1)
    finish(claim(1, 10))
    finish(claim(11, 20))
    expect(listLaneTotals(ledger)).toMatchObject([
      { nodeId: 'n1', route: 'raw', executions: 2, rows: 20, bytes: 200, lastFinishedAtMs: 9, newestEventMs: 7 },
    ])
    expect(monthBytes(ledger, 9)).toBe(200)
    expect(monthBytes(ledger, Date.UTC(2026, 0))).toBe(0)
    expect([...deliveredSince(ledger, 9)]).toEqual([['n1', { rows: 20, bytes: 200 }]])
    expect(deliveredSince(ledger, 10).size).toBe(0)
  })

  test('a claim of a backfill waits until it is delivered', () => {
    activateRoute(ledger, lane, { pipelineRevision: 1, backfill: false, firstSeq: 1, atMs: 1 })
    finish(claim(1, 10))
    const other = { ...lane, route: 'aggregated' }
    activateRoute(ledger, other, { pipelineRevision: 2, backfill: false, firstSeq: 1, atMs: 2 })
    activateRoute(ledger, other, { pipelineRevision: 3, backfill: true, firstSeq: 1, atMs: 3 })
    const waiting = (): number | undefined => sumPendingGaps(ledger).get('n1\nsensor_readings\ne1\naggregated')
    expect(waiting()).toBe(10)
    const gapId = listGaps(ledger, other)[0]?.id
    const claimed = claimBatch(ledger, other, {
      kind: 'gap',
      gapId,
      pipelineRevision: 3,
      bucket: 'bucket',
      fromSeq: 1,
      toSeq: 4,
      request: '{}',
      anchor: undefined,
      atMs: 4,
    })
    expect(waiting()).toBe(10)
    finish(claimed)
    expect(waiting()).toBe(6)
  })
})

describe('redone executions', () => {
  test('cannot leave an object in the bucket that their new objects do not name', () => {
    openLane(ledger, lane, 0, 1)
    const execution = claim(1, 10)
    const object = {
      key: 'k',
      date: undefined,
      fromSeq: 1,
      toSeq: 10,
      rows: 10,
      bytes: 1,
      sha256: 's',
      logicalHash: 'l',
      spoolPath: 'p',
    }
    const outcome = { counts, quarantined: [], newestEventMs: undefined, atMs: 6 }
    recordEncoded(ledger, execution, { ...outcome, objects: [object] })
    markObject(ledger, 'bucket', 'k', 'stored')
    resetToClaimed(ledger, execution.id)

    expect(() => recordEncoded(ledger, execution, { ...outcome, objects: [{ ...object, key: 'other' }] })).toThrow(
      /other objects/,
    )
    expect(() => recordEncoded(ledger, execution, { ...outcome, objects: [{ ...object, logicalHash: 'x' }] })).toThrow(
      /other objects/,
    )
    expect(() => repinExecution(ledger, execution.id, '{"new":true}')).toThrow(/part of it was stored/)
    recordEncoded(ledger, execution, { ...outcome, objects: [{ ...object, sha256: 'other writer' }] })
    expect(listObjects(ledger, execution.id)).toMatchObject([{ key: 'k', state: 'stored', sha256: 's' }])
  })

  test('that were changed meanwhile do not commit', () => {
    openLane(ledger, lane, 0, 1)
    const execution = claim(1, 10)
    recordEncoded(ledger, execution, { objects: [], counts, quarantined: [], newestEventMs: undefined, atMs: 6 })
    resetToClaimed(ledger, execution.id)
    expect(() => commitExecution(ledger, execution, { leaseToken: 'me', atMs: 9 })).toThrow(/was changed/)
    expect(readCursor(ledger, lane)?.ackedSeq).toBe(0)
  })

  test('an abandoned one ends its epoch for good', () => {
    startEpoch(ledger, lane, { epoch: 'e1', firstSeq: 1, file: 'f', atMs: 1 })
    openLane(ledger, lane, 0, 1)
    abandonExecution(ledger, claim(1, 10).id, 'replaced', 8)
    expect(listEpochs(ledger, lane)[0]?.endedAtMs).toBe(8)
    expect(listCurrentEpochs(ledger).size).toBe(0)
  })
})

test('settings of a person outlive the process', () => {
  writePaused(ledger, 'n1', 5)
  writePaused(ledger, 'n2', 6)
  writePaused(ledger, 'n2', undefined)
  expect([...listPaused(ledger)]).toEqual([['n1', 5]])
  writeLink(ledger, { bytesPerSecond: 100 })
  writeLink(ledger, { monthBudgetBytes: null })
  expect(readLink(ledger)).toEqual({ bytesPerSecond: 100, monthBudgetBytes: null })
})
