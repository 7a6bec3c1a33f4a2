import { errorToData } from '../../../../shared/domain/errors.ts'
import type { AccessStep } from '../../../../shared/domain/settingsForm.ts'
import type { Clock } from '../../support/clock.ts'
import { adminOf } from '../admin.ts'
import type { ObjectStore } from '../port.ts'

export interface AccessTarget {
  readonly type: string
  readonly bucket: string
}

const PROBE_TEXT = 'Fieldgate access test. This object may be deleted.\n'

/**
 * Walks identity → each bucket → list, put, head, get, delete, with an object of its own. Every failure names the missing
 * action; what depends on a failed step is not run. That the probe cannot be deleted is no failure: an uploader needs no right
 * to delete.
 */
export async function testAccess(
  store: ObjectStore,
  targets: readonly AccessTarget[],
  clock: Clock,
  onStep: (step: AccessStep) => void = () => undefined,
): Promise<readonly AccessStep[]> {
  const steps: AccessStep[] = []
  const run = async (id: string, title: string, needs: boolean, work: () => Promise<string>): Promise<boolean> => {
    const step = needs ? await runStep(id, title, clock, work) : notRun(id, title)
    steps.push(step)
    onStep(step)
    return step.state === 'passed'
  }
  const isKnown = await run('identity', 'Credentials are accepted', true, () => identify(store))
  for (const target of targets) await walkBucket(store, target, clock, isKnown, run)
  await run('clock', 'The clock agrees with the store', isKnown, async () => checkClock(store))
  return steps
}

type Run = (id: string, title: string, needs: boolean, work: () => Promise<string>) => Promise<boolean>

async function walkBucket(
  store: ObjectStore,
  { type, bucket }: AccessTarget,
  clock: Clock,
  isKnown: boolean,
  run: Run,
): Promise<void> {
  const bytes = Buffer.from(PROBE_TEXT)
  // One name per moment: a put of a name that exists would prove nothing on a store without conditional writes.
  const key = `_fieldgate-access-test/${clock.now()}`
  const listed = await run(`${type}.list`, `List ${bucket}`, isKnown, async () => {
    const page = await store.list({ bucket, maxKeys: 1 })
    return page.objects.length === 0 ? 'Nothing is in it yet.' : 'It can be listed.'
  })
  const put = await run(`${type}.put`, `Put an object into ${bucket}`, isKnown, async () => {
    const outcome = await store.putIfAbsent({
      bucket,
      key,
      body: { kind: 'bytes', bytes },
      contentType: 'text/plain',
      metadata: {},
    })
    return `${outcome.kind === 'created' ? 'Stored' : 'Already there'}: ${key}`
  })
  const head = await run(`${type}.head`, `Look it up in ${bucket}`, put, async () => {
    const found = await store.head(bucket, key)
    if (found?.bytes === bytes.length) return `${found.bytes} bytes, as sent.`
    throw new Error(`The object just stored shows ${found?.bytes ?? 'no'} bytes.`)
  })
  await run(`${type}.get`, `Read it back from ${bucket}`, head, async () => {
    if (Buffer.from(await store.get(bucket, key)).equals(bytes)) return 'It reads back equal.'
    throw new Error('The object read back differs from what was sent.')
  })
  await run(`${type}.delete`, `Delete it from ${bucket}`, put, () => removeProbe(store, bucket, key))
  await run(`${type}.never-overwrite`, `${bucket} is never overwritten`, listed && put, async () =>
    describeConditional(store),
  )
}

/** Where the bucket keeps versions, the version itself is removed if that is allowed, else it stays under a delete marker. */
async function removeProbe(store: ObjectStore, bucket: string, key: string): Promise<string> {
  const head = await store.head(bucket, key)
  if (head?.versionId !== undefined && (await isDeleted(store, bucket, key, head.versionId))) return 'Deleted.'
  if (await isDeleted(store, bucket, key)) return 'Deleted.'
  return `These credentials may not delete, which uploading does not need. ${key} stays.`
}

async function isDeleted(store: ObjectStore, bucket: string, key: string, versionId?: string): Promise<boolean> {
  try {
    await store.delete(bucket, key, versionId)
    return true
  } catch (error) {
    if (errorToData(error).code !== 'denied') throw error
    return false
  }
}

async function identify(store: ObjectStore): Promise<string> {
  const identity = await adminOf(store).identity()
  if (identity !== undefined)
    return identity.account === undefined ? identity.arn : `${identity.arn} of account ${identity.account}`
  return 'This store cannot tell who they are; the buckets will.'
}

function describeConditional(store: ObjectStore): string {
  switch (store.facts?.()?.conditionalWrites) {
    case 'enforced':
      return 'The store refuses a second object of one name (If-None-Match).'
    case 'refused':
    case 'ignored':
      return 'The store has no conditional writes: each put looks first. Let one uploader only serve a node.'
    case 'unknown':
    case undefined:
      return 'Not known: each put looks first.'
  }
}

const MAX_SKEW_MS = 60_000

function checkClock(store: ObjectStore): string {
  const skewMs = store.facts?.()?.skewMs
  if (skewMs === undefined) return 'The store does not say what time it is.'
  if (Math.abs(skewMs) <= MAX_SKEW_MS) return `They differ by ${Math.round(Math.abs(skewMs) / 1000)} s.`
  throw new Error(
    `This computer is ${Math.round(Math.abs(skewMs) / 1000)} s ${skewMs > 0 ? 'behind' : 'ahead of'} the store. Set its clock (NTP).`,
  )
}

async function runStep(id: string, title: string, clock: Clock, work: () => Promise<string>): Promise<AccessStep> {
  const startedAt = clock.monotonic()
  const elapsed = (): number => Math.round(clock.monotonic() - startedAt)
  try {
    const detail = await work()
    return { id, title, state: 'passed', detail, hint: undefined, ms: elapsed() }
  } catch (error) {
    const { message, hint } = errorToData(error)
    return { id, title, state: 'failed', detail: message, hint, ms: elapsed() }
  }
}

function notRun(id: string, title: string): AccessStep {
  return {
    id,
    title,
    state: 'notRun',
    detail: 'Not run, because a step before it failed.',
    hint: undefined,
    ms: undefined,
  }
}
