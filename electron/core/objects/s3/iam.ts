import {
  GetRolePolicyCommand,
  GetUserPolicyCommand,
  IAMClient,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam'
import { FieldgateError } from '../../../../shared/domain/errors.ts'
import type { CredentialSource } from '../../../../shared/domain/settings.ts'
import { canonicalJson } from '../buckets/canonical.ts'
import { call } from './connection.ts'
import { credentialProvider } from './credentialProvider.ts'
import { readFailure } from './storeErrors.ts'

export interface Grant {
  readonly principal: { readonly kind: 'user' | 'role'; readonly name: string }
  readonly policyName: string
  readonly document: string
}

export interface IamConnection {
  readonly region: string
  readonly credentials: CredentialSource
  /** Where IAM is, when it is not AWS's own. */
  readonly endpoint?: string
}

/**
 * Puts an inline policy on a user or role and reads it back. `kept` when it was there and meant the same: running it twice
 * changes nothing. Throws `notFound` for an unknown principal and `denied` naming the missing action.
 */
export async function grantPolicy(connection: IamConnection, grant: Grant): Promise<'created' | 'replaced' | 'kept'> {
  const client = new IAMClient({
    region: connection.region,
    credentials: credentialProvider(connection.credentials),
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 5000, requestTimeout: 20_000, throwOnRequestTimeout: true },
    ...(connection.endpoint === undefined ? {} : { endpoint: connection.endpoint }),
  })
  try {
    const before = await readPolicy(client, grant)
    const wanted = canonicalJson(grant.document)
    if (before === wanted) return 'kept'
    await writePolicy(client, grant)
    if ((await readPolicy(client, grant)) === wanted) return before === undefined ? 'created' : 'replaced'
    throw new FieldgateError('unavailable', `The policy ${grant.policyName} does not read back as it was put.`, {
      hint: 'IAM takes some seconds to agree with itself; run it again.',
    })
  } finally {
    client.destroy()
  }
}

async function readPolicy(client: IAMClient, { principal, policyName }: Grant): Promise<string | undefined> {
  const isUser = principal.kind === 'user'
  try {
    const reply = isUser
      ? await client.send(new GetUserPolicyCommand({ UserName: principal.name, PolicyName: policyName }))
      : await client.send(new GetRolePolicyCommand({ RoleName: principal.name, PolicyName: policyName }))
    return reply.PolicyDocument === undefined ? undefined : canonicalJson(decodeURIComponent(reply.PolicyDocument))
  } catch (error) {
    if (readFailure(error).name === 'NoSuchEntityException') return undefined
    return call({ action: isUser ? 'iam:GetUserPolicy' : 'iam:GetRolePolicy' }, () => Promise.reject(error as Error))
  }
}

async function writePolicy(client: IAMClient, { principal, policyName, document }: Grant): Promise<void> {
  const isUser = principal.kind === 'user'
  const policy = { PolicyName: policyName, PolicyDocument: document }
  try {
    await (isUser
      ? client.send(new PutUserPolicyCommand({ ...policy, UserName: principal.name }))
      : client.send(new PutRolePolicyCommand({ ...policy, RoleName: principal.name })))
  } catch (error) {
    if (readFailure(error).name === 'NoSuchEntityException') {
      throw new FieldgateError('notFound', `There is no IAM ${principal.kind} ${principal.name}.`, {
        hint: 'Create it first, or correct the name; Fieldgate creates no identities.',
      })
    }
    await call({ action: isUser ? 'iam:PutUserPolicy' : 'iam:PutRolePolicy' }, () => Promise.reject(error as Error))
  }
}
