import { FieldgateError } from '../../../../shared/domain/errors.ts'
import { parseJob } from './jobSchema.ts'
import type { JobSpec } from './jobSchema.ts'

/** What every job of a fleet shares. Paths are on the node, exactly as its allow-list has them. */
export interface JobSettings {
  readonly image: string
  readonly namespace: string
  readonly dataFolder: string
  readonly stateFolder: string
  readonly databaseFile: string
  readonly region: string
  readonly bucketPrefix: string
  readonly intervalSeconds: number
  /** Variables of the node's own environment that hold the uploader's credentials. */
  readonly credentialVariables: {
    readonly accessKeyId: string
    readonly secretAccessKey: string
    readonly sessionToken?: string
  }
}

/** Which nodes a job is for: labels, or names. One of them at least; both are ANDed. */
export interface JobTarget {
  readonly labels?: Readonly<Record<string, string>>
  readonly names?: readonly string[]
}

/** What is asked of the nodes. */
export type JobRequest =
  | { readonly kind: 'simulator'; readonly ratePerSecond: number; readonly scenario: string }
  | { readonly kind: 'uploader' }
  | {
      readonly kind: 'setPipeline'
      readonly type: string
      readonly by: string
      readonly reason: string
      readonly backfill: boolean
    }
  | { readonly kind: 'status' }
  | { readonly kind: 'uploadNow' }
  | { readonly kind: 'doctor'; readonly reportBucket: string | undefined }

const NAMES: Readonly<Record<JobRequest['kind'], string>> = {
  simulator: 'fieldgate-simulator',
  uploader: 'fieldgate-uploader',
  setPipeline: 'fieldgate-set-pipeline',
  status: 'fieldgate-status',
  uploadNow: 'fieldgate-upload-now',
  doctor: 'fieldgate-doctor',
}

/** Names a label value may have: a node that cannot be addressed by name must be addressed by its labels. */
const LABEL_VALUE = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/

/**
 * A job ready for review: daemons keep one name and grow versions; ops jobs get `suffix` so that each is its own record.
 * `actionId` ties it to the audit trail. Throws `invalid` when nothing limits where it would run.
 */
export function buildJob(
  request: JobRequest,
  target: JobTarget,
  settings: JobSettings,
  identity: { readonly actionId: string; readonly suffix: string },
): JobSpec {
  const isDaemon = request.kind === 'simulator' || request.kind === 'uploader'
  const isLasting = isDaemon || request.kind === 'status'
  const uploads = request.kind === 'uploader' || request.kind === 'uploadNow'
  return parseJob({
    Name: isLasting ? NAMES[request.kind] : `${NAMES[request.kind]}-${identity.suffix}`,
    Namespace: settings.namespace,
    Type: isDaemon ? 'daemon' : 'ops',
    Labels: { app: 'fieldgate', kind: NAMES[request.kind].slice('fieldgate-'.length) },
    Meta: { 'fieldgate.action-id': identity.actionId, ...metaOf(request) },
    Constraints: constraintsOf(target),
    Tasks: [
      {
        Name: 'main',
        Engine: {
          Type: 'docker',
          Params: { Image: settings.image, Parameters: parametersOf(request, settings) },
        },
        ...(uploads ? { Env: uploadEnvironment(settings) } : {}),
        InputSources: mountsOf(request, settings),
        ...publishOf(request, settings),
        Resources:
          uploads || request.kind === 'doctor'
            ? { CPU: '250m', Memory: '256Mb', Disk: '500Mb' }
            : { CPU: '100m', Memory: '128Mb', Disk: '100Mb' },
        Network: { Type: uploads || request.kind === 'doctor' ? 'Bridge' : 'None' },
        ...(isDaemon ? {} : { Timeouts: timeoutsOf(request) }),
      },
    ],
  })
}

function constraintsOf(target: JobTarget): unknown[] {
  const names = target.names ?? []
  for (const node of names) {
    if (!LABEL_VALUE.test(node)) {
      throw new FieldgateError('invalid', `Node "${node}" cannot be addressed by name: it is no label value.`, {
        hint: 'Target it by its labels instead.',
      })
    }
  }
  return [
    ...Object.entries(target.labels ?? {}).map(([key, value]) => ({ Key: key, Operator: '=', Values: [value] })),
    ...(names.length === 0 ? [] : [{ Key: 'name', Operator: 'in', Values: [...names] }]),
  ]
}

function parametersOf(request: JobRequest, settings: JobSettings): string[] {
  const database = `/data/${settings.databaseFile}`
  switch (request.kind) {
    case 'simulator':
      return ['sensor', '--db', database, '--rate', String(request.ratePerSecond), '--scenario', request.scenario]
    case 'uploader':
      return ['upload', '--sqlite', database]
    case 'uploadNow':
      return ['upload', '--once', '--sqlite', database, '--json']
    case 'setPipeline':
      return [
        'pipeline',
        '--db',
        database,
        'set',
        request.type,
        '--by',
        request.by,
        '--reason',
        request.reason,
        '--json',
        ...(request.backfill ? ['--backfill'] : []),
      ]
    case 'status':
      return ['status', '--sqlite', database, '--line']
    case 'doctor':
      return ['doctor', '--sqlite', database, '--json']
  }
}

function uploadEnvironment(settings: JobSettings): Record<string, string> {
  const { accessKeyId, secretAccessKey, sessionToken } = settings.credentialVariables
  return {
    AWS_REGION: settings.region,
    AWS_ACCESS_KEY_ID: `env:${accessKeyId}`,
    AWS_SECRET_ACCESS_KEY: `env:${secretAccessKey}`,
    ...(sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: `env:${sessionToken}` }),
    S3_PREFIX: settings.bucketPrefix,
    S3_REGION: settings.region,
    STATE_DIR: '/state',
    UPLOAD_INTERVAL: String(settings.intervalSeconds),
  }
}

function mount(target: string, path: string, create: 'dir' | 'noCreate'): unknown {
  return {
    Target: target,
    Source: { Type: 'local', Params: { SourcePath: path, ReadWrite: true, CreateAs: create } },
  }
}

/** The folder of a WAL database, read-write even for readers: the -wal and -shm files lie beside it. */
function mountsOf(request: JobRequest, settings: JobSettings): unknown[] {
  const data = mount('/data', settings.dataFolder, request.kind === 'simulator' ? 'dir' : 'noCreate')
  const needsState = request.kind !== 'simulator' && request.kind !== 'setPipeline'
  return needsState ? [data, mount('/state', settings.stateFolder, 'dir')] : [data]
}

/** Standard output is cut at 2,048 bytes: a doctor's whole report goes to a bucket when one is named. */
function publishOf(request: JobRequest, settings: JobSettings): Record<string, unknown> {
  if (request.kind !== 'doctor' || request.reportBucket === undefined) return {}
  return {
    Publisher: {
      Type: 's3',
      Params: {
        Bucket: request.reportBucket,
        Key: 'doctor/{jobID}/{executionID}',
        Region: settings.region,
        Encoding: 'gzip',
      },
    },
    ResultPaths: [{ Name: 'outputs', Path: '/outputs' }],
  }
}

function timeoutsOf(request: JobRequest): { ExecutionTimeout: number; TotalTimeout: number } {
  if (request.kind === 'uploadNow') return { ExecutionTimeout: 600, TotalTimeout: 900 }
  if (request.kind === 'doctor') return { ExecutionTimeout: 300, TotalTimeout: 600 }
  return { ExecutionTimeout: 60, TotalTimeout: 300 }
}

function metaOf(request: JobRequest): Record<string, string> {
  if (request.kind !== 'setPipeline') return {}
  return {
    'fieldgate.pipeline-type': request.type,
    'fieldgate.requested-by': request.by,
    'fieldgate.reason': request.reason,
  }
}

/**
 * What a node's operator has to put into its configuration before any of these jobs can run there. Names are anchored:
 * the list is documented as globs but matched as regular expressions anywhere in a name.
 */
export function nodeConfigYaml(settings: JobSettings, labels: Readonly<Record<string, string>>): string {
  const variables = Object.values(settings.credentialVariables).filter((value): value is string => value !== undefined)
  return [
    'Labels:',
    ...Object.entries(labels).map(([key, value]) => `  ${key}: ${JSON.stringify(value)}`),
    'Compute:',
    '  AllowListedLocalPaths:',
    `    - ${JSON.stringify(`${settings.dataFolder}:rw`)}`,
    `    - ${JSON.stringify(`${settings.stateFolder}:rw`)}`,
    '  Env:',
    '    AllowList:',
    ...variables.map((variable) => `      - ${JSON.stringify(`^${variable}$`)}`),
    '',
  ].join('\n')
}
