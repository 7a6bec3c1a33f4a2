import type { Remedy } from '../../../../shared/domain/attention.ts'
import type { ErrorData } from '../../../../shared/domain/errors.ts'
import { listActiveRoutes } from '../../db/ledger/routes.ts'
import { finding } from '../port.ts'
import type { DoctorPorts, Finding, WorkspaceCheck } from '../port.ts'

/** What can be wrong between here and a bucket, told apart by what the store answered. */
interface Illness {
  readonly title: string
  readonly why: string
  readonly verb: string
  readonly command?: string
}

const ILLNESSES = {
  missing: {
    title: 'There is no such bucket',
    why: 'Rows of this pipeline type wait until the bucket exists.',
    verb: 'Create bucket',
    command: 'fieldgate buckets create',
  },
  denied: {
    title: 'The bucket refuses access',
    why: 'Rows of this pipeline type wait until the right is granted.',
    verb: 'Show policy',
    command: 'fieldgate access policy uploader',
  },
  credentials: {
    title: 'The credentials are not accepted',
    why: 'Without valid credentials nothing can be delivered; rows wait on the nodes.',
    verb: 'Check credentials',
    command: 'fieldgate credentials check',
  },
  region: {
    title: 'The bucket is in another region',
    why: 'A store answers for a bucket only in its own region.',
    verb: 'Open settings',
  },
  unreachable: {
    title: 'The store does not answer',
    why: 'Rows wait on the nodes; they are delivered once the link is back.',
    verb: 'Test access',
    command: 'fieldgate access test',
  },
  other: {
    title: 'The bucket cannot be used',
    why: 'Rows of this pipeline type wait until this is put right.',
    verb: 'Test access',
    command: 'fieldgate access test',
  },
} as const satisfies Record<string, Illness>

/** Each bucket in use exists, is in the configured region, and answers to these credentials. */
export const bucketsCheck: WorkspaceCheck = {
  id: 'bucket',
  scope: 'workspace',
  isCheap: false,
  async examine(ports) {
    const findings: Finding[] = []
    for (const [bucket, types] of bucketsInUse(ports)) {
      findings.push(judge(ports, bucket, types, await ports.store.probe(bucket)))
    }
    return findings
  },
}

/** Buckets of the types that nodes use now or that are always on. */
function bucketsInUse(ports: DoctorPorts): ReadonlyMap<string, readonly string[]> {
  const types = new Set([...listActiveRoutes(ports.ledger()), ...ports.config.upload.alwaysOn])
  if (types.size === 0) types.add('raw')
  return Map.groupBy([...types].toSorted(), (type) => ports.bucketOf(type))
}

function judge(ports: DoctorPorts, bucket: string, types: readonly string[], failure: ErrorData | undefined): Finding {
  if (failure === undefined) {
    return finding('bucket', bucket, 'ok', {
      title: 'The bucket answers',
      evidence: `Used by ${types.join(', ')}.`,
      why: 'Rows of this pipeline type go here.',
    })
  }
  if (failure.code === 'notFound' && ports.config.store.kind === 'embedded') {
    return finding('bucket', bucket, 'ok', {
      title: 'The bucket is made with the first delivery',
      evidence: `For ${types.join(', ')}, in the embedded store.`,
      why: 'Rows of this pipeline type go here.',
    })
  }
  const illness: Illness = ILLNESSES[illnessOf(failure)]
  return finding('bucket', bucket, 'bad', {
    title: illness.title,
    evidence: `${failure.message}${typeof failure.details?.['error'] === 'string' ? ` (${failure.details['error']})` : ''}`,
    why: illness.why,
    remedy: remedyOf(illness, failure),
    notice: {
      cause: `${bucket} ${illnessOf(failure)}`,
      severity: illnessOf(failure) === 'unreachable' ? 'off' : 'bad',
      message: failure.message.replace(/\.$/, ''),
      detail: failure.hint,
      sinceMs: undefined,
      nextRetryMs: undefined,
    },
  })
}

function remedyOf(illness: Illness, failure: ErrorData): Remedy {
  const detail = failure.hint ?? 'Test the access to see which step fails.'
  if (illness.command === undefined) return { verb: illness.verb, detail, screen: 'settings/store' }
  return { verb: illness.verb, detail, command: illness.command, screen: 'settings/store' }
}

/** Told apart by the action that was refused: one without a bucket action concerns who asks, not what for. */
function illnessOf(failure: ErrorData): keyof typeof ILLNESSES {
  if (failure.code === 'notFound') return 'missing'
  if (failure.code === 'unavailable' || failure.code === 'throttled') return 'unreachable'
  if (/region/.test(failure.message)) return 'region'
  if (failure.code !== 'denied') return 'other'
  const error = failure.details?.['error']
  const isRight =
    error === undefined || error === 'AccessDenied' || error === 'Forbidden' || error === 'AllAccessDisabled'
  return isRight || /is not allowed/.test(failure.message) ? 'denied' : 'credentials'
}
