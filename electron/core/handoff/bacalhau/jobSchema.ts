import { parseAllDocuments, stringify } from 'yaml'
import { z } from 'zod'
import { FieldgateError } from '../../../../shared/domain/errors.ts'

const name = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'lower-case letters, digits and hyphens, at most 63')
const label = z.record(z.string().min(1).max(63), z.string().max(63))
const many = ['in', 'notin'] as const
const single = ['=', '==', '!=', 'gt', 'lt'] as const
const bare = ['exists', '!'] as const

const constraint = z.union([
  z.strictObject({ Key: z.string().min(1), Operator: z.enum(many), Values: z.array(z.string().min(1).max(63)).min(1) }),
  z.strictObject({
    Key: z.string().min(1),
    Operator: z.enum(single),
    Values: z.array(z.string().min(1).max(63)).length(1),
  }),
  z.strictObject({ Key: z.string().min(1), Operator: z.enum(bare) }),
])

const mount = z.strictObject({
  Target: z.string().startsWith('/'),
  Alias: z.string().optional(),
  Source: z.strictObject({
    Type: z.literal('local'),
    Params: z.strictObject({
      SourcePath: z
        .string()
        .startsWith('/')
        .refine((path) => !path.split('/').includes('..'), 'must not hold ".."'),
      ReadWrite: z.boolean(),
      CreateAs: z.enum(['dir', 'file', 'noCreate']),
    }),
  }),
})

const task = z.strictObject({
  Name: z.string().min(1),
  Engine: z.strictObject({
    Type: z.literal('docker'),
    Params: z.strictObject({
      Image: z.string().min(1),
      Entrypoint: z.array(z.string().min(1)).optional(),
      Parameters: z.array(z.string()),
    }),
  }),
  Env: z
    .record(
      z.string().regex(/^(?!BACALHAU_)[A-Z][A-Z0-9_]*$/, 'upper-case, not BACALHAU_*'),
      z.string().min(1, 'must not be empty'),
    )
    .optional(),
  InputSources: z.array(mount),
  Publisher: z
    .strictObject({
      Type: z.enum(['s3', 's3managed', 'local']),
      Params: z.record(z.string(), z.string()),
    })
    .optional(),
  ResultPaths: z.array(z.strictObject({ Name: z.string().min(1), Path: z.string().startsWith('/') })).optional(),
  Resources: z.strictObject({
    CPU: z.string().regex(/^\d+m?$/),
    Memory: z.string().regex(/^\d+(Mb|Gb)$/),
    Disk: z
      .string()
      .regex(/^\d+(Mb|Gb)$/)
      .optional(),
  }),
  Network: z.strictObject({ Type: z.enum(['None', 'Bridge']) }),
  Timeouts: z
    .strictObject({
      ExecutionTimeout: z.int().positive(),
      QueueTimeout: z.int().min(0).optional(),
      TotalTimeout: z.int().positive(),
    })
    .refine((limits) => limits.ExecutionTimeout + (limits.QueueTimeout ?? 0) <= limits.TotalTimeout, {
      message: 'ExecutionTimeout + QueueTimeout must not exceed TotalTimeout',
    })
    .optional(),
})

const SECRET_NAME = /SECRET|TOKEN|PASSWORD|ACCESS_KEY/

const job = z
  .strictObject({
    Name: name,
    Namespace: z.string().min(1),
    Type: z.enum(['ops', 'daemon']),
    Priority: z.int().optional(),
    Labels: label,
    Meta: z.record(
      z.string().refine((key) => !key.startsWith('bacalhau.org/'), 'bacalhau.org/ is reserved'),
      z.string(),
    ),
    Constraints: z.array(constraint).min(1, 'a job without constraints would run on every node'),
    Tasks: z.array(task).length(1),
  })
  .superRefine((spec, context) => {
    const only = spec.Tasks[0]
    if (only === undefined) return
    if (spec.Type === 'daemon' && only.Timeouts !== undefined) {
      context.addIssue({ code: 'custom', path: ['Tasks', 0, 'Timeouts'], message: 'a daemon must not time out' })
    }
    if (spec.Type === 'ops' && only.Timeouts === undefined) {
      context.addIssue({ code: 'custom', path: ['Tasks', 0, 'Timeouts'], message: 'an ops job needs a time limit' })
    }
    if ((only.ResultPaths?.length ?? 0) > 0 && only.Publisher === undefined) {
      context.addIssue({ code: 'custom', path: ['Tasks', 0, 'Publisher'], message: 'ResultPaths need a Publisher' })
    }
    for (const [key, value] of Object.entries(only.Env ?? {})) {
      if (SECRET_NAME.test(key) && !value.startsWith('env:')) {
        context.addIssue({
          code: 'custom',
          path: ['Tasks', 0, 'Env', key],
          message:
            'a secret must be a reference (env:HOST_VAR): a job spec is kept for ever and readable by everyone with read:job',
        })
      }
    }
  })

/** A Bacalhau job as Fieldgate sends it: the strict subset of the 1.9 model that it uses. */
export type JobSpec = z.infer<typeof job>

/**
 * The job, checked more strictly than the orchestrator does: an unknown key anywhere, a literal secret, a job for every
 * node or one without a time limit is refused. Throws `invalid` naming the path.
 */
export function parseJob(value: unknown): JobSpec {
  const parsed = job.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new FieldgateError(
    'invalid',
    `Job spec: ${issue?.path.join('.') || 'top level'}: ${issue?.message ?? 'not valid'}`,
    {
      hint: 'The orchestrator ignores unknown keys without a word; Fieldgate does not. Correct the spec and try again.',
    },
  )
}

/** Reads one job from reviewed YAML. */
export function parseJobYaml(text: string): JobSpec {
  const documents = parseAllDocuments(text)
  const [document] = documents
  if (documents.length !== 1 || document === undefined || !('toJS' in document)) {
    throw new FieldgateError('invalid', 'The file must hold exactly one job.')
  }
  const [error] = document.errors
  if (error !== undefined) throw new FieldgateError('invalid', `The job is not valid YAML: ${error.message}`)
  return parseJob(document.toJS())
}

/** The job as YAML to review, in the order a person reads it. */
export function jobToYaml(spec: JobSpec): string {
  return stringify(spec, { lineWidth: 0 })
}
