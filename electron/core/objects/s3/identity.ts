import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import type { StoreIdentity } from '../../../../shared/domain/buckets.ts'
import { call } from './connection.ts'
import type { Connection } from './connection.ts'

/**
 * Who the credentials are, from AWS STS. Undefined where there is no STS to ask: the embedded store and stores of other
 * makers. Throws `denied` when the credentials are missing, wrong or expired.
 */
export async function readIdentity(connection: Connection): Promise<StoreIdentity | undefined> {
  const { config } = connection
  if (config.kind === 'embedded')
    return { account: undefined, arn: 'the embedded store of this workspace', expiresAtMs: undefined }
  const endpoint = connection.ports.stsEndpoint
  if (endpoint === undefined && config.endpoint !== undefined && !/\.amazonaws\.com/.test(config.endpoint))
    return undefined
  const client = new STSClient({
    region: config.region,
    credentials: connection.client.config.credentials,
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 5000, requestTimeout: 15_000, throwOnRequestTimeout: true },
    ...(endpoint === undefined ? {} : { endpoint }),
  })
  try {
    const reply = await call({ action: 'sts:GetCallerIdentity' }, () => client.send(new GetCallerIdentityCommand({})))
    const { expiration } = await connection.client.config.credentials()
    return { account: reply.Account, arn: reply.Arn ?? 'unknown', expiresAtMs: expiration?.getTime() }
  } finally {
    client.destroy()
  }
}
