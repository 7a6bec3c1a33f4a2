const FAULTS = 'test/faults'
const CORE = 'test/core'
const SIM = ['test/sim/uploader.test.ts', 'no row is lost or delivered twice, whatever crashes']
const KILLS = [`${FAULTS}/struckSteps.test.ts`, 'killed at every labelled step, and its recovery killed as well']
const WAKES = [`${FAULTS}/struckSteps.test.ts`, 'the second finishes, and the first changes nothing when it wakes']
const CUTS = [`${FAULTS}/cutConnections.test.ts`, 'cut at the first, the middle, the last byte']
/** Each says cause, next try and remedy within a minute. */
const TOLD = `${CORE}/doctor/retries.test.ts`
const PUTS = `${CORE}/uploader/putGuards.test.ts`
const FULL = [`${FAULTS}/fullDisk.test.ts`, 'the cause is named with its remedy, and once freed all is delivered']

/**
 * The groups of the fault list. `tests`: file, a part of the test's full name and, where the name is written in another
 * file, that file. `gap`: what of the group no test here covers, and why.
 */
export const FAULT_GROUPS = [
  {
    name: 'kill -9 at every labelled step, and again during recovery',
    tests: [KILLS, SIM, ['test/system/killLoop.test.ts', 'killed sixteen times at random moments']],
    gap: 'A kill in the middle of an update of the app: the installer belongs to the system.',
  },
  {
    name: 'Power cut: writes not fsynced are lost or torn',
    tests: [
      SIM,
      [`${CORE}/db/ledger/ledger.test.ts`, 'every commit is fsynced'],
      [PUTS, 'is made again instead of being sent'],
    ],
    gap: 'Real loss of power; the order in which a disk loses sectors is modelled only.',
  },
  {
    name: 'No space, read-only disk, input/output errors, too many open files',
    tests: [
      FULL,
      [TOLD, 'a full disk'],
      [`${FAULTS}/fullDisk.test.ts`, 'mounted read-only'],
      [`${FAULTS}/fullDisk.test.ts`, 'files that may not grow'],
      [`${FAULTS}/fullDisk.test.ts`, 'open files allowed'],
    ],
    gap: 'An error at exactly the nth write; a real disk is filled to several heights instead.',
  },
  {
    name: 'Truncated, empty, garbage or newer ledger and settings',
    tests: [
      [`${FAULTS}/ledgerDamage.test.ts`, 'is refused with the remedy and left as it is; its copy goes on'],
      [`${FAULTS}/ledgerDamage.test.ts`, 'a torn configuration names its file and line'],
      [`${CORE}/db/ledger/ledger.test.ts`, 'not one byte of it changes'],
      [`${CORE}/db/ledger/snapshot.test.ts`, 'the good one of before stays'],
      ['test/hosts/main/workspace.test.ts', 'a damaged ledger: nothing is started'],
    ],
  },
  {
    name: 'Out of memory in a worker',
    tests: [
      ['test/worker/workerPool.test.ts', 'fails the one task of a thread that dies'],
      [`${CORE}/encoder/encodeBatch.test.ts`, 'stay within their memory by writing row groups early'],
    ],
    gap: 'A heap that is really exhausted; the thread ends by itself instead.',
  },
  {
    name: 'Two runners; a lease that runs out while its holder sleeps',
    tests: [WAKES, ['test/system/hardships.test.ts', 'a second uploader leaves a held node alone']],
  },
  {
    name: 'Sleep of the computer, change of network, captive portal',
    tests: [WAKES, [`${CORE}/objects/conformance.test.ts`, 'a captive portal never counts as delivery']],
    gap: 'Real hibernation and VPN: a stopped process and a cut connection stand for them.',
  },
  {
    name: 'Source locked, hot journal, rollback-journal mode',
    tests: [
      [`${FAULTS}/nodeDamage.test.ts`, 'a node locked for longer than the wait'],
      [TOLD, 'a locked database'],
      [`${FAULTS}/nodeDamage.test.ts`, 'a hot journal of a writer that died'],
      [`${CORE}/db/nodeDatabase.test.ts`, 'a rollback-journal writer can commit between two reads'],
    ],
  },
  {
    name: 'Corrupt page, index, header; file that shrinks',
    tests: [
      [`${FAULTS}/nodeDamage.test.ts`, 'is named with the remedy, its neighbour is delivered'],
      [TOLD, 'a damaged database'],
      [`${FAULTS}/nodeDamage.test.ts`, 'a node with a garbage index still delivers every row'],
      [`${CORE}/doctor/nodeIllnesses.test.ts`, 'is saved into a new sound file'],
    ],
    gap: 'A page that is malformed once and fine later.',
  },
  {
    name: 'Source replaced, restored, recreated, moved, read-only',
    tests: [
      SIM,
      [`${CORE}/db/epoch.test.ts`, 'when an older backup is put back'],
      [`${CORE}/uploader/sources.test.ts`, 'is delivered whole and no object holds rows of both'],
      [`${CORE}/db/nodeDatabase.test.ts`, 'a closed database in a folder nobody may write'],
    ],
    gap: 'A network file system.',
  },
  {
    name: 'Row ids that restart, change in VACUUM, or do not exist',
    tests: [
      [`${CORE}/db/epoch.test.ts`, 'when newest rows vanish where SQLite would hand out their numbers again'],
      [`${CORE}/db/epoch.test.ts`, 'when rows that have no key of their own are numbered anew'],
      [`${CORE}/db/nodeDatabase.test.ts`, 'row ids that no double holds are refused'],
    ],
  },
  {
    name: 'Rows committed late, changed or deleted after their delivery',
    tests: [
      SIM,
      ['test/system/hardships.test.ts', 'ties, late rows, a boundary inside a tie'],
      [`${CORE}/reconcile/reconcile.test.ts`, 'says when a row was changed, added or made late'],
      [`${CORE}/reconcile/repair.test.ts`, 'is delivered once, and the proof is clean'],
    ],
  },
  {
    name: 'Schema that changes; values that do not fit',
    tests: [
      [`${CORE}/uploader/sources.test.ts`, 'a claim made before its table lost a column'],
      [`${CORE}/encoder/encodeBatch.test.ts`, 'never change the type of a column'],
      [`${CORE}/parquet/conformance.test.ts`, 'writes every troublesome value exactly'],
    ],
    gap: 'A table of 2,000 columns.',
  },
  {
    name: 'A write-ahead log that grows because of a foreign reader',
    tests: [
      [`${CORE}/doctor/nodeIllnesses.test.ts`, 'too large is named with its reader'],
      [`${CORE}/db/nodeDatabase.test.ts`, 'what others commit is seen, and no read transaction stays behind'],
    ],
    gap: 'A log of 5 GB: too large for a test run.',
  },
  {
    name: 'Very large databases and rows',
    tests: [[`${CORE}/encoder/encodeBatch.test.ts`, 'are none for a claim without rows']],
    gap: 'Databases beyond 1 GiB, 10^8 rows and a row of 100 MB: too large for a test run; the benchmark carries 10^6 rows.',
  },
  {
    name: 'Clocks: jumps, wrong years, skew of the store, unreadable and mixed timestamps',
    tests: [
      SIM,
      [`${CORE}/objects/traps.test.ts`, 'RequestTimeTooSkewed'],
      [TOLD, 'a clock that is wrong by more than the store allows'],
      [`${CORE}/objects/embedded/sdk.test.ts`, 'a clock wrong by an hour is refused'],
      [`${CORE}/doctor/nodeIllnesses.test.ts`, 'whose clock or zone is ahead is told apart'],
    ],
    gap: 'Leap seconds.',
  },
  {
    name: 'Replies of the store: 403, 409, 412, 429, 5xx, redirects',
    tests: [
      [`${CORE}/objects/conformance.test.ts`, 'each fault is told as what it is'],
      [`${CORE}/objects/traps.test.ts`, 'a racing request is a conflict to be tried again'],
      [`${CORE}/objects/traps.test.ts`, 'a bucket elsewhere is explained with its region'],
      [TOLD, 'a refused right'],
      [TOLD, 'an expired token'],
    ],
  },
  {
    name: 'Connections cut at a byte, stalls, proxies, slow links',
    tests: [
      CUTS,
      [`${CORE}/objects/traps.test.ts`, 'a store that says nothing is given up in time'],
      [`${CORE}/objects/conformance.test.ts`, 'a limited put keeps its signature and its bytes'],
    ],
    gap: 'Loss of packets: it needs a network of its own.',
  },
  {
    name: 'Flipped bits, objects truncated, deleted or overwritten by others',
    tests: [
      [`${CORE}/reconcile/reconcile.test.ts`, 'notices a flipped byte wherever it is'],
      [`${CORE}/reconcile/reconcile.test.ts`, 'names the rows of a deleted object'],
      [`${CORE}/reconcile/repair.test.ts`, 'is put back as it was'],
      [`${CORE}/objects/traps.test.ts`, 'a success with the checksum of other bytes does not count'],
      [PUTS, 'is never overwritten nor taken for ours'],
    ],
  },
  {
    name: 'Uploads in parts that were abandoned',
    tests: [[`${CORE}/objects/conformance.test.ts`, 'an upload in parts resumes after a cut']],
    gap: 'The bucket rule that removes old parts is set and read back, and acts in AWS only.',
  },
  {
    name: 'Pipeline switched in a backlog, emergency behind it, unknown route, missing bucket',
    tests: [
      ['test/system/hardships.test.ts', 'a switch in mid-backlog'],
      [`${CORE}/uploader/continuous.test.ts`, 'an urgent row overtakes a backlog'],
      [`${CORE}/doctor/workspaceIllnesses.test.ts`, 'that finds an unknown type waits for a person'],
      [TOLD, 'a bucket that is not there'],
    ],
  },
  {
    name: 'Fleets: many nodes, broken ones, duplicate ids',
    tests: [
      [`${CORE}/uploader/continuous.test.ts`, 'every node of a fleet has its turn'],
      [`${CORE}/uploader/once.test.ts`, 'one broken node leaves the others alone'],
      [`${CORE}/doctor/workspaceIllnesses.test.ts`, 'that is there twice is named'],
    ],
    gap: 'Ten thousand nodes that reconnect in one second against real S3.',
  },
  {
    name: 'Rollouts: halted, killed, half the fleet offline',
    tests: [
      [`${CORE}/handoff/bacalhau.test.ts`, 'halts before the next wave when too many nodes fail'],
      [`${CORE}/handoff/bacalhau.test.ts`, 'lists nodes that were skipped because they were offline'],
    ],
    gap: 'A real orchestrator; the one of the tests speaks its wire.',
  },
  {
    name: 'Two ways to the bucket for the same rows',
    tests: [
      [`${CORE}/objects/embedded/durability.test.ts`, 'two processes on one store never both get a name'],
      [`${CORE}/objects/conformance.test.ts`, 'a put is created once, then recognised'],
      [TOLD, 'an object of somebody else under our name'],
    ],
    gap: 'A disk carried by hand while its node uploads the same range.',
  },
  {
    name: 'The window: floods, crashes, malformed messages, hostile names',
    tests: [
      ['test/hosts/engineClient.test.ts', 'dies and comes back'],
      ['test/hosts/main/callGuard.test.ts', 'a hundred thousand malformed messages are refused'],
      [`${CORE}/objects/embedded/sdk.test.ts`, 'keys with dots, slashes, unicode and 1,024 bytes'],
    ],
    gap: 'A crash of the graphics process in real Electron.',
  },
  {
    name: 'Upgrade of the ledger, polite refusal of a newer one',
    tests: [
      [`${CORE}/db/ledger/upgrade.test.ts`, 'migrates to the present with its rows'],
      [`${CORE}/db/ledger/upgrade.test.ts`, 'keeps each request once'],
      [`${CORE}/db/ledger/ledger.test.ts`, 'a ledger of a newer version is refused and left as it is'],
    ],
  },
  {
    name: 'Seeded bugs turn the suite red',
    tests: [],
    gap: 'It changes the product, so it runs apart: npm run mutations; its last result is below.',
  },
  {
    name: 'Soak: memory, open files and ledger stay bounded',
    tests: [
      ['test/scripts/soak.test.ts', 'growth beyond its bound is named'],
      ['test/sim/week.test.ts', 'leaves nothing that grows'],
      [`${CORE}/db/ledger/compact.test.ts`, 'is bounded by its objects'],
      [`${CORE}/db/ledger/compact.test.ts`, 'wherever it is broken off'],
      [`${CORE}/reconcile/compaction.test.ts`, 'a proof says the same of a compacted ledger'],
    ],
    gap: 'A day in real time runs apart: npm run soak -- --hours 24.',
  },
]

/** Every test that is named, each once. */
export function mappedTests() {
  const all = FAULT_GROUPS.flatMap((group) => group.tests)
  return [...new Map(all.map((entry) => [entry.join('\n'), entry])).values()]
}
