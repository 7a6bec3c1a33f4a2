import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import type { DoctorFinding, DoctorReport } from '../../shared/domain/attention.ts'
import type { NodeSummary } from '../../shared/domain/node.ts'
import type { UploadResult } from '../../shared/ipc/contract.ts'
import { makeNodeDatabase, SAMPLE_START_MS } from '../helpers/nodeDatabases.ts'
import type { SampleDatabase } from '../helpers/nodeDatabases.ts'
import { askFieldgate, reconcile, runFieldgate } from '../helpers/fieldgate.ts'
import type { Finished, RunOptions } from '../helpers/fieldgate.ts'

/** A workspace with one node that has rows, and the real command to run in it. */
export interface FaultBench extends RunOptions {
  readonly folder: string
  readonly database: SampleDatabase
  append(rows: number): void
  /** `upload --once --json`, whatever it ends with. */
  upload(): Promise<Finished>
  /** Heals: delivers the rest, then proves that every row written is in the bucket exactly once. */
  deliverAndProve(): Promise<void>
}

/** Small objects: a few hundred rows make many claims to be struck in. */
export const SMALL_OBJECTS = 'upload: { max_batch_rows: 200, target_object_mb: 0.01, workers: 2 }\n'

/** A folder that is gone with the test. */
export function makeFaultFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fieldgate-fault-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A workspace in a folder of its own; `config` follows `sqlite: node.db`. */
export function makeFaultBench(
  rows: number,
  config = SMALL_OBJECTS,
  { folder = makeFaultFolder(), env = {} }: { folder?: string; env?: Readonly<Record<string, string>> } = {},
): FaultBench {
  writeFileSync(join(folder, 'fieldgate.yaml'), `sqlite: node.db\n${config}`)
  const database = makeNodeDatabase('v4', rows, folder)
  onTestFinished(() => {
    if (database.writer.open) database.close()
  })
  const options = { cwd: folder, env }
  let written = rows
  return {
    ...options,
    folder,
    database,
    append(count) {
      database.append(count, SAMPLE_START_MS + written * 1000)
      written += count
    },
    upload: () => runFieldgate(['upload', '--once', '--json'], options),
    async deliverAndProve() {
      const last = await askFieldgate<UploadResult>(['upload', '--once'], options)
      expect(last.failed).toBe(0)
      await proveDelivered(options, written)
    },
  }
}

/** The proof is clean, nothing waits, and exactly `rows` rows are delivered on the raw route. */
export async function proveDelivered(options: RunOptions, rows: number): Promise<void> {
  const report = await reconcile(options)
  expect(report.isClean).toBe(true)
  expect(report.totals).toMatchObject({ missing: 0, duplicated: 0, different: 0, waiting: 0 })
  expect(report.unknownObjects).toEqual([])
  const raw = report.lanes.filter((lane) => lane.route === 'raw')
  expect(raw.reduce((sum, lane) => sum + lane.delivered, 0)).toBe(rows)
}

/** Why an upload failed: the failure of its first node, or the error the whole command ended with. */
export function failureOf({ code, out, err }: Finished): { code?: string; message: string; hint: string | undefined } {
  expect(code).toBe(1)
  const text = out.trim() === '' ? err : out
  const document = JSON.parse(text.slice(text.indexOf('{'))) as UploadResult | { error: { message: string } }
  const failure = 'error' in document ? document.error : document.nodes[0]?.failure
  if (failure === undefined) throw new Error(`Nothing failed:\n${out}\n${err}`)
  return { hint: undefined, ...failure }
}

/** What `doctor --json` finds wrong. */
export async function diagnose(options: RunOptions): Promise<readonly DoctorFinding[]> {
  const { code, out, err } = await runFieldgate(['doctor', '--json'], options)
  if (out.trim() === '') throw new Error(`doctor ended with ${code}:\n${err}`)
  const { findings } = JSON.parse(out) as DoctorReport
  return findings.filter((finding) => finding.verdict === 'bad' || finding.verdict === 'warn')
}

/** The nodes as `status --json` shows them. */
export async function showStatus(options: RunOptions): Promise<readonly NodeSummary[]> {
  const { out } = await runFieldgate(['status', '--json'], options)
  return (JSON.parse(out) as { readonly nodes: readonly NodeSummary[] }).nodes
}
