import type { DoctorFinding, Remedy } from '../../../shared/domain/attention.ts'
import type { ErrorData } from '../../../shared/domain/errors.ts'
import type { NodeSummary } from '../../../shared/domain/node.ts'
import type { EngineConfig, NodeConfig } from '../../../shared/domain/settings.ts'
import type { IntegrityReport } from '../db/integrity.ts'
import type { LedgerConnection } from '../db/ledger/connection.ts'
import type { NodeDatabase } from '../db/nodePort.ts'
import type { RecoveryReport } from '../db/recover.ts'
import type { Clock } from '../support/clock.ts'
import type { DiskHistory } from './diskHistory.ts'
import type { Holder } from './processes.ts'

/** How the uploader stands on one node; as the uploader says it. */
export interface UploadView {
  readonly nodeId: string
  readonly state: 'idle' | 'uploading' | 'waiting' | 'readOnly' | 'paused'
  readonly lastPassAtMs: number | undefined
  readonly failure: ErrorData | undefined
  readonly failingSinceMs: number | undefined
  readonly nextRetryMs: number | undefined
  readonly holder: { readonly pid: number; readonly host: string; readonly acquiredAtMs: number } | undefined
}

/** What the doctor asks of the object store. */
export interface StoreView {
  readonly facts: () =>
    | {
        readonly conditionalWrites: 'enforced' | 'refused' | 'ignored' | 'unknown'
        readonly skewMs: number | undefined
      }
    | undefined
  /** Undefined when the bucket answers, else why not. Never throws. */
  readonly probe: (bucket: string) => Promise<ErrorData | undefined>
}

/** Everything a check may look at, by argument. */
export interface DoctorPorts {
  readonly config: EngineConfig
  readonly clock: Clock
  /** The ledger if there is one, else an empty one. */
  readonly ledger: () => LedgerConnection
  readonly openNode: (node: NodeConfig) => NodeDatabase
  /** Throws when the type in the database is unknown here. */
  readonly readPipeline: (node: NodeConfig) => { readonly type: string; readonly revision: number }
  readonly bucketOf: (type: string) => string
  readonly uploads: () => readonly UploadView[]
  readonly store: StoreView
  /** What an uploader in another process says of its failing nodes; empty when none runs. */
  readonly failingElsewhere: () => readonly { readonly nodeId: string; readonly nextRetryMs: number | undefined }[]
  /** Retries and looks at the node now. */
  readonly nudge: (nodeId: string | undefined) => void
  /** Who has the file open; undefined where the system does not tell. */
  readonly holders: (path: string) => readonly Holder[] | undefined
  readonly checkIntegrity: (path: string) => Promise<IntegrityReport>
  readonly recover: (source: string, target: string) => Promise<RecoveryReport>
  readonly freeSpace: (folder: string) => { readonly freeBytes: number; readonly totalBytes: number } | undefined
  readonly disk: DiskHistory
  /** What is known of the nodes' backlogs, where somebody watches them. */
  readonly summaries: () => readonly NodeSummary[]
}

/** The ports of a doctor: what a look takes once may have to be waited for. */
export interface DoctorSources extends Omit<DoctorPorts, 'summaries'> {
  readonly summaries: (signal: AbortSignal) => Promise<readonly NodeSummary[]>
}

/** How a finding looks in the list of things that need a person. Findings with one `check` and `cause` become one entry. */
export interface Notice {
  readonly cause: string
  readonly severity: 'bad' | 'warn' | 'off'
  readonly message: string
  readonly detail: string | undefined
  /** Undefined: since it was first seen. */
  readonly sinceMs: number | undefined
  readonly nextRetryMs: number | undefined
  /** Rows that wait because of it; added up over the nodes of an entry. */
  readonly waitingRows?: number | undefined
}

export interface Finding extends DoctorFinding {
  readonly nodeId: string | undefined
  readonly notice: Notice | undefined
}

/** What a repair did, for the audit trail: how it was, how it is, how to go back. */
export interface Repair {
  readonly before: string
  readonly after: string
  readonly undo: string | undefined
}

export interface NodeCheck {
  readonly id: string
  readonly scope: 'node'
  /** Cheap checks run all the time for every node: no database is opened, nothing is asked over a network. */
  readonly isCheap: boolean
  readonly examine: (ports: DoctorPorts, node: NodeConfig) => readonly Finding[] | Promise<readonly Finding[]>
  /** Only for findings with `isFixable`. Safe: nothing that belongs to somebody else is changed or lost. */
  readonly fix?: (ports: DoctorPorts, node: NodeConfig) => Promise<Repair> | Repair
}

export interface WorkspaceCheck {
  readonly id: string
  readonly scope: 'workspace'
  readonly isCheap: boolean
  readonly examine: (ports: DoctorPorts) => readonly Finding[] | Promise<readonly Finding[]>
  readonly fix?: (ports: DoctorPorts, subject: string) => Promise<Repair> | Repair
}

export type Check = NodeCheck | WorkspaceCheck

/** The parts of a finding that a check decides. */
export interface Verdict {
  readonly title: string
  readonly evidence: string
  readonly why: string
  readonly remedy?: Remedy
  readonly isFixable?: boolean
  readonly notice?: Notice
}

/** A finding about a node or about the workspace; its id is the check and the subject, so that it can be named again. */
export function finding(
  check: string,
  subject: string,
  verdict: Finding['verdict'],
  parts: Verdict,
  nodeId?: string,
): Finding {
  return {
    id: `${check}:${subject}`,
    check,
    subject,
    nodeId,
    verdict,
    title: parts.title,
    evidence: parts.evidence,
    why: parts.why,
    remedy: parts.remedy,
    isFixable: parts.isFixable ?? false,
    notice: verdict === 'bad' || verdict === 'warn' ? parts.notice : undefined,
  }
}
