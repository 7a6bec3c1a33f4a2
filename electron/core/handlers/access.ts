import { errorToData, FieldgateError } from '../../../shared/domain/errors.ts'
import type { AccessRole } from '../../../shared/domain/buckets.ts'
import type { HandlersOf } from '../../../shared/ipc/contract.ts'
import { addAudit } from '../db/ledger/records.ts'
import { accessPolicy } from '../handoff/policies.ts'
import { adminOf } from '../objects/admin.ts'
import { testAccess } from '../objects/access/testAccess.ts'
import { bucketsOf } from './buckets.ts'
import type { CallContext, HandlerDependencies } from './dependencies.ts'

/** `access.*`: who may do what, tried out, written down, and put on an identity when asked. */
export function accessHandlers(deps: HandlerDependencies): HandlersOf<'access', CallContext> {
  const policyText = (role: AccessRole, kmsKeyArns: readonly string[] | undefined): string => {
    const target = {
      region: deps.config.buckets.region,
      buckets: bucketsOf(deps.config).map(({ bucket }) => bucket),
      ...(kmsKeyArns === undefined ? {} : { kmsKeyArns }),
    }
    return JSON.stringify(accessPolicy(role, target), undefined, 2)
  }
  return {
    'access.test': () => testAccess(deps.store(), bucketsOf(deps.config), deps.clock),
    'access.whoami': async () => {
      const { store } = deps.config
      const kind = store.kind === 'embedded' ? 'embedded' : store.credentials.kind
      const identity = await adminOf(deps.store()).identity()
      return { kind, identity, detail: identity === undefined ? await tryBuckets(deps) : identity.arn }
    },
    'access.policy': ({ role, kmsKeyArns }) => ({ role, text: policyText(role, kmsKeyArns) }),
    'access.grant': async ({ role, kind, name, kmsKeyArns, by }) => {
      const { store } = deps.config
      if (store.kind !== 's3' || (store.endpoint !== undefined && !/\.amazonaws\.com/.test(store.endpoint))) {
        throw new FieldgateError('unsupported', 'Policies can be put on an identity of AWS only.', {
          hint: 'Print the policy with fieldgate access policy and use the tools of the store.',
        })
      }
      const { grantPolicy } = await import('../objects/s3/iam.ts')
      const text = policyText(role, kmsKeyArns)
      const policyName = `fieldgate-${role}`
      const connection = { region: store.region, credentials: store.credentials }
      const outcome = await grantPolicy(connection, { principal: { kind, name }, policyName, document: text })
      if (outcome !== 'kept') {
        addAudit(deps.ledger(), {
          atMs: deps.clock.now(),
          actor: by,
          action: 'access.grant',
          subject: `${kind} ${name}`,
          before: undefined,
          after: policyName,
          reason: undefined,
        })
      }
      return { outcome, policyName, text }
    },
  }
}

/** A store without an identity service: that it answers a signed request at all says that it knows the key. */
async function tryBuckets(deps: HandlerDependencies): Promise<string> {
  try {
    const buckets = await deps.store().listBuckets()
    return `The store accepts them; ${buckets.length} buckets can be listed.`
  } catch (error) {
    const { code, details } = errorToData(error)
    if (code === 'denied' && details?.['error'] === 'AccessDenied')
      return 'The store accepts them; buckets cannot be listed.'
    throw error
  }
}
