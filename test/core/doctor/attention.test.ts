import { rmSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { composeAttention, createAttention } from '../../../electron/core/doctor/attention.ts'
import { finding } from '../../../electron/core/doctor/port.ts'
import type { Finding, Notice } from '../../../electron/core/doctor/port.ts'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import type { AttentionEntry } from '../../../shared/domain/attention.ts'
import type { NodeSummary } from '../../../shared/domain/node.ts'
import type { NodeConfig } from '../../../shared/domain/settings.ts'
import { createDoctorBench } from '../../helpers/doctorBench.ts'
import type { DoctorBench } from '../../helpers/doctorBench.ts'

const NODES: readonly NodeConfig[] = ['erie-01', 'erie-02', 'midland-04', 'macon-03'].map((id) => ({
  id,
  sqlite: `/${id}.db`,
  site: id.startsWith('erie') ? 'Erie Shore Wind' : (id.split('-')[0] ?? ''),
  labels: {},
  timeZone: 'UTC',
}))

function about(nodeId: string, check: string, notice: Partial<Notice>): Finding {
  return finding(
    check,
    nodeId,
    'bad',
    {
      title: 'title',
      evidence: 'evidence',
      why: 'why',
      remedy: { verb: 'Retry now', detail: 'd', method: 'uploads.retry', input: { nodeId } },
      notice: {
        cause: 'c',
        severity: 'bad',
        message: 'm',
        detail: undefined,
        sinceMs: undefined,
        nextRetryMs: undefined,
        ...notice,
      },
    },
    nodeId,
  )
}

const compose = (findings: readonly Finding[]): readonly AttentionEntry[] => composeAttention(findings, NODES, () => 7)

describe('the list', () => {
  test('has one entry per cause, named by site or count, with the earliest start and the next try', () => {
    const link = { cause: 'link', severity: 'off', message: 'No link for 14 min' } as const
    const [entry, ...others] = compose([
      about('erie-01', 'stalled', { ...link, sinceMs: 200, nextRetryMs: 900, waitingRows: 36_000 }),
      about('erie-02', 'stalled', { ...link, sinceMs: 100, nextRetryMs: 800, waitingRows: 263 }),
    ])
    expect(others).toEqual([])
    expect(entry).toMatchObject({
      title: 'Erie Shore Wind, 2 nodes',
      message: 'No link for 14 min. 36,263 rows wait on the nodes',
      severity: 'off',
      nodeIds: ['erie-01', 'erie-02'],
      sinceMs: 100,
      nextRetryMs: 800,
      remedy: { method: 'uploads.retry', input: {} },
    })
    expect(compose([about('erie-01', 'x', {}), about('macon-03', 'x', {})])[0]?.title).toBe('2 nodes')
    expect(compose(NODES.map((node) => about(node.id, 'x', {})))[0]?.title).toBe('All 4 nodes')
  })

  test('is in order of badness, then reach, then age', () => {
    const entries = compose([
      about('macon-03', 'a', { severity: 'warn', sinceMs: 5 }),
      about('erie-01', 'b', { severity: 'off', sinceMs: 5 }),
      about('midland-04', 'c', { severity: 'bad', sinceMs: 50 }),
      about('midland-04', 'd', { severity: 'bad', sinceMs: 40 }),
      about('erie-01', 'e', { severity: 'bad', sinceMs: 90 }),
      about('erie-02', 'e', { severity: 'bad', sinceMs: 90 }),
    ])
    expect(entries.map((entry) => entry.check)).toEqual(['e', 'd', 'c', 'b', 'a'])
  })

  test('offers a safe repair as the verb, and leaves a finding without notice out', () => {
    const fixable = {
      ...about('erie-01', 'walSize', {}),
      isFixable: true,
      remedy: { verb: 'Move log into database', detail: 'd' },
    }
    expect(compose([fixable])[0]?.remedy).toMatchObject({ method: 'doctor.fix', input: { id: 'walSize:erie-01' } })
    expect(compose([{ ...fixable, notice: undefined }])).toEqual([])
  })
})

describe('kept fresh', () => {
  let bench: DoctorBench
  const signal = new AbortController().signal
  beforeEach(() => {
    bench = createDoctorBench(3)
  })
  afterEach(() => bench.close())

  function watch(): { list: () => Promise<readonly AttentionEntry[]>; changes: (readonly AttentionEntry[])[] } {
    const changes: (readonly AttentionEntry[])[] = []
    const attention = createAttention({
      doctor: bench.doctor,
      clock: bench.clock,
      nodes: () => bench.deps.config.nodes,
      onChange: (entries) => changes.push(entries),
      onError: (error) => {
        throw error
      },
    })
    return { list: () => attention.list(signal), changes }
  }

  test('a cut link is one entry for all nodes, and gone when it is back', async () => {
    const { list, changes } = watch()
    expect(await list()).toEqual([])
    const cut = new FieldgateError('unavailable', 'The address of the store cannot be looked up.', {
      details: { action: 's3:PutObject' },
    })
    const store = { ...bench.store, putIfAbsent: async () => Promise.reject(cut) }
    bench.useStore(store)
    bench.summaries = ['n1', 'n2', 'n3'].map(
      (nodeId) => ({ nodeId, backlog: 10, failure: undefined, drain: { kind: 'stalled' } }) as NodeSummary,
    )
    await bench.upload()
    bench.clock.advance(120_000)
    const [entry, ...others] = (await list()).filter((each) => each.check !== 'newRows')
    expect(others).toEqual([])
    expect(entry).toMatchObject({
      severity: 'off',
      title: 'All 3 nodes',
      check: 'stalled',
      message: expect.stringMatching(/^No link for \d+ min\. 30 rows wait on the nodes$/),
    })
    expect(entry?.nextRetryMs).toBeGreaterThan(0)
    bench.useStore(bench.store)
    bench.clock.advance(3_600_000)
    await bench.upload()
    expect((await list()).filter((each) => each.check === 'stalled')).toEqual([])
    expect(changes.length).toBeGreaterThanOrEqual(2)
  })

  test('a refused write names the action and shows the policy, at once', async () => {
    const refused = new FieldgateError('denied', 's3:PutObject on bucket b is not allowed.', {
      details: { action: 's3:PutObject' },
      hint: 'Grant s3:PutObject on arn:aws:s3:::b/*.',
    })
    bench.useStore({ ...bench.store, putIfAbsent: async () => Promise.reject(refused) })
    await bench.upload()
    const { list } = watch()
    expect(await list()).toMatchObject([
      {
        severity: 'bad',
        message: 's3:PutObject on bucket b is not allowed',
        detail: 'Grant s3:PutObject on arn:aws:s3:::b/*',
        remedy: { verb: 'Show policy', command: 'fieldgate access policy uploader' },
      },
    ])
  })

  test('a database that is gone is one entry, though the uploader fails on it, too', async () => {
    await bench.upload()
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${bench.paths[1]}${suffix}`, { force: true })
    await bench.upload()
    bench.clock.advance(90_000)
    const { list } = watch()
    expect((await list()).map((entry) => [entry.check, entry.title, entry.message])).toEqual([
      ['permissions', 'n2', 'The database file is gone'],
    ])
  })

  test('a backlog that grows under a cap offers to raise it', async () => {
    bench.configure((config) => ({ ...config, upload: { ...config.upload, bytesPerSecond: 64 << 10 } }))
    bench.summaries = [{ nodeId: 'n2', backlog: 9_240, failure: undefined, drain: { kind: 'growing' } } as NodeSummary]
    const { list } = watch()
    expect(await list()).toMatchObject([
      {
        title: 'n2',
        severity: 'warn',
        message: 'Backlog grows: link cap 64 KiB/s',
        remedy: { verb: 'Raise cap', screen: 'settings/links' },
      },
    ])
  })

  test('opens no database while it runs', async () => {
    const opened: string[] = []
    const openNode = bench.deps.openNode
    Object.assign(bench.deps, { openNode: (node: NodeConfig) => (opened.push(node.id), openNode(node)) })
    await bench.doctor.glance(signal)
    expect(opened).toEqual([])
  })

  test('a small fleet is looked at every ten seconds, a large one no more than once a minute', async () => {
    const looksIn = async (nodes: number, seconds: number): Promise<number> => {
      let looks = 0
      const attention = createAttention({
        doctor: { ...bench.doctor, glance: async () => (looks++, []) },
        clock: bench.clock,
        nodes: () => Array.from({ length: nodes }, () => ({}) as NodeConfig),
        onChange: () => undefined,
        onError: (error) => {
          throw error
        },
      })
      for (let second = 0; second < seconds; second++) {
        await attention.list(signal)
        bench.clock.advance(1_000)
      }
      return looks
    }
    expect(await looksIn(48, 120)).toBe(12)
    expect(await looksIn(1_000, 120)).toBe(4)
    expect(await looksIn(10_000, 120)).toBe(2)
  })
})
