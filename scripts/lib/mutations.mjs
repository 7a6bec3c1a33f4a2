const UPLOADER = 'electron/core/uploader'
const LEDGER = 'electron/core/db/ledger'

const one = (name, tests, file, find, replace) => ({ name, tests, edits: [{ file, find, replace }] })

const WAY = ['test/core/uploader/once.test.ts']
const ENCODER = ['test/core/encoder/encodeBatch.test.ts']
const LEDGER_TESTS = ['test/core/db/ledger/ledger.test.ts', 'test/core/db/ledger/upgrade.test.ts']
const SOURCE_TESTS = ['test/core/uploader/sources.test.ts', 'test/core/db/epoch.test.ts']
const STORE = ['test/core/objects/traps.test.ts', 'test/core/objects/conformance.test.ts']
const PUTS = ['test/core/uploader/putGuards.test.ts']
const LOST = ['test/core/uploader/ledgerLostQuarantine.test.ts']
const COMPACT = ['test/core/db/ledger/compact.test.ts']
const REPLAY = ['test/core/pipelines/replay.test.ts']

/**
 * Product bugs that are seeded one at a time: the suite must go red on each. `tests` are the files that guard against the
 * bug and run first. An edit names text that occurs once in its file; when the source has changed under it, the check fails
 * instead of passing.
 */
export const MUTATIONS = [
  one(
    'the last row of a step is dropped',
    ENCODER,
    `${UPLOADER}/encodeSource.ts`,
    'await days.add(rows, micros)',
    'await days.add(rows.length > 1 ? rows.slice(0, -1) : rows, micros)',
  ),
  one(
    'a range begins one row late',
    WAY,
    `${UPLOADER}/claim.ts`,
    'const fromSeq = cursor.claimedSeq + 1',
    'const fromSeq = cursor.claimedSeq + (cursor.claimedSeq > 0 ? 2 : 1)',
  ),
  one(
    'a range repeats the last row of the one before (> became >=)',
    WAY,
    `${UPLOADER}/encodeSource.ts`,
    'let after = request.fromSeq - 1',
    'let after = request.fromSeq - 2',
  ),
  one(
    'the ledger is not fsynced',
    LEDGER_TESTS,
    `${LEDGER}/connection.ts`,
    "database.pragma('synchronous = FULL')",
    "database.pragma('synchronous = OFF')",
  ),
  {
    name: 'the commit comes before the put',
    tests: WAY,
    edits: [
      { file: `${LEDGER}/transitions.ts`, find: 'if (open.n > 0) throw', replace: 'if (open.n < 0) throw' },
      {
        file: `${UPLOADER}/execute.ts`,
        find: '  const markLast = await putObjects(ports, execution, signal)\n',
        replace: '',
      },
      { file: `${UPLOADER}/execute.ts`, find: '    markLast()\n', replace: '' },
      {
        file: `${UPLOADER}/execute.ts`,
        find: "  ports.step('committed', execution.id)\n",
        replace: "  ports.step('committed', execution.id)\n  await putObjects(ports, execution, signal)\n",
      },
    ],
  },
  one(
    'a replaced table passes for the same one',
    SOURCE_TESTS,
    `${UPLOADER}/epoch.ts`,
    "}) === 'same',",
    '}) !== undefined,',
  ),
  one(
    'a key has no date',
    ['test/shared/domain/objectKey.test.ts'],
    'shared/domain/objectKey.ts',
    '/date=${date}/${parts.epoch}',
    '/date=/${parts.epoch}',
  ),
  one(
    'a retry writes under a new key',
    PUTS,
    `${UPLOADER}/execute.ts`,
    'key: keyOf(execution, object),',
    'key: keyOf({ ...execution, nodeId: `${execution.nodeId}.${ports.runner.token.slice(0, 6)}` }, object),',
  ),
  {
    name: 'any 200 counts as stored',
    tests: STORE,
    edits: [
      {
        file: 'electron/core/objects/s3/put.ts',
        find: 'if (reply.ETag !== undefined && reply.ChecksumCRC32 === checksum) {',
        replace: 'if (reply !== undefined) {',
      },
      {
        file: 'electron/core/objects/s3/put.ts',
        find: "etag: reply.ETag.replaceAll('\"', '')",
        replace: "etag: (reply.ETag ?? '').replaceAll('\"', '')",
      },
    ],
  },
  one(
    'an object of other content under our name is taken for ours (412 ignored)',
    PUTS,
    `${UPLOADER}/execute.ts`,
    "if (outcome.kind === 'differs') {",
    "if (outcome.kind === 'never') {",
  ),
  {
    name: 'one stored object of several commits the execution',
    tests: LEDGER_TESTS,
    edits: [
      { file: `${LEDGER}/transitions.ts`, find: 'if (open.n > 0) throw', replace: 'if (open.n < 0) throw' },
      {
        file: `${UPLOADER}/execute.ts`,
        find: "const waiting = objects.filter((object) => object.state !== 'stored')",
        replace: "const waiting = objects.filter((object) => object.state !== 'stored').slice(0, 1)",
      },
    ],
  },
  one(
    'quarantined rows are forgotten',
    REPLAY,
    `${LEDGER}/transitions.ts`,
    'for (const row of rows) {',
    'for (const row of rows.slice(0, 0)) {',
  ),
  one(
    'always-on routes are not delivered',
    WAY,
    `${UPLOADER}/nodePass.ts`,
    'const beside = ports.config.upload.alwaysOn',
    'const beside = ports.config.upload.alwaysOn.slice(0, 0)',
  ),
  one(
    'a runner that lost its lease still commits',
    WAY,
    `${LEDGER}/leases.ts`,
    'if (readLease(ledger, nodeId)?.token !== token) {',
    "if (readLease(ledger, nodeId)?.token === '') {",
  ),
  one(
    'rows without a readable time are dropped',
    ENCODER,
    `${UPLOADER}/encodeDays.ts`,
    'let partition = this.#byDay.get(day)\n',
    'if (Number.isNaN(day)) return\n    let partition = this.#byDay.get(day)\n',
  ),
  one(
    'a torn spool file is sent as it is',
    PUTS,
    `${UPLOADER}/spool.ts`,
    'if (statSync(object.spoolPath).size !== object.bytes) return false',
    'if (statSync(object.spoolPath).size >= 0) continue',
  ),
  one(
    'the acknowledged sequence passes a claim that is not finished',
    LEDGER_TESTS,
    `${LEDGER}/lanes.ts`,
    "e.kind = 'tail' AND e.state <> 'succeeded'",
    "e.kind = 'tail' AND e.state = 'abandoned'",
  ),
  one(
    'a claim is redone with the settings of another',
    LEDGER_TESTS,
    `${LEDGER}/requests.ts`,
    "'SELECT id FROM requests WHERE text = ?'",
    "'SELECT id FROM requests WHERE text IS NOT ?'",
  ),
  one(
    'two claims of a lane overlap',
    LEDGER_TESTS,
    `${LEDGER}/transitions.ts`,
    'if (moved.changes !== 1) {',
    'if (moved.changes > 1) {',
  ),
  one(
    'a compaction joins executions over a hole',
    COMPACT,
    `${LEDGER}/compact.ts`,
    'last.toSeq + 1 === next.fromSeq &&',
    'last.toSeq < next.fromSeq &&',
  ),
  {
    name: 'a compaction merges executions that rejected rows',
    tests: COMPACT,
    edits: [
      {
        file: `${LEDGER}/compact.ts`,
        find: 'AND kept_rows = 0 AND rejected_rows = 0 AND aggregated_rows = 0',
        replace: 'AND kept_rows = 0 AND aggregated_rows = 0',
      },
      {
        file: `${LEDGER}/compact.ts`,
        find: 'AND NOT EXISTS (SELECT 1 FROM quarantine WHERE execution_id = e.id)',
        replace: '',
      },
    ],
  },
  one(
    'a compaction loses the counts of what it merges',
    COMPACT,
    `${LEDGER}/compact.ts`,
    'SUM(part.read_rows), SUM(part.filtered_rows)',
    'MAX(part.read_rows), MAX(part.filtered_rows)',
  ),
  one(
    'a claim goes past the end of a table that a backup shortened',
    SOURCE_TESTS,
    `${UPLOADER}/claim.ts`,
    'maxSeq: Math.min(wanted.maxSeq, database.identity(plan.table).maxSeq ?? cursor.claimedSeq)',
    'maxSeq: wanted.maxSeq',
  ),
  one(
    'what arrived without a reply is forgotten with the spool',
    SOURCE_TESTS,
    `${UPLOADER}/execute.ts`,
    'await noteArrived(ports, execution, signal)',
    '',
  ),
  one(
    'a switch leaves behind what waited for the type before',
    LEDGER_TESTS,
    `${LEDGER}/lanes.ts`,
    'return subtractRanges(waiting, claimed)',
    'return subtractRanges(waiting, [...waiting, ...claimed])',
  ),
  one(
    'rows rejected under an earlier contract are forgotten with the ledger',
    LOST,
    `${UPLOADER}/adoptQuarantine.ts`,
    'if (objects.length === known.length && objects.every(isSame)) return quarantined',
    'if (known.length >= 0) return quarantined',
  ),
]
