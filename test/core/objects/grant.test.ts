import { describe, expect, test } from 'vitest'
import { accessPolicy } from '../../../electron/core/handoff/policies.ts'
import { adminOf } from '../../../electron/core/objects/admin.ts'
import { grantPolicy } from '../../../electron/core/objects/s3/iam.ts'
import type { Grant } from '../../../electron/core/objects/s3/iam.ts'
import { startIamFake } from './iamFake.ts'
import { overTheWire } from './stores.ts'

const keys = { kind: 'static', accessKeyId: 'AKIATEST', secretAccessKey: 'secret-of-the-admin' } as const
const document = JSON.stringify(accessPolicy('uploader', { region: 'us-west-2', buckets: ['acme-raw'] }))

function grant(kind: 'user' | 'role', name: string, text = document): Grant {
  return { principal: { kind, name }, policyName: 'fieldgate-uploader', document: text }
}

describe('granting access through IAM', () => {
  test.each(['user', 'role'] as const)('puts the policy on a %s once, keeps it, and replaces another', async (kind) => {
    const iam = await startIamFake([`${kind}/edge`])
    const connection = { region: 'us-west-2', credentials: keys, endpoint: iam.endpoint }
    expect(await grantPolicy(connection, grant(kind, 'edge'))).toBe('created')
    expect(JSON.parse(iam.policies.get(`${kind}/edge/fieldgate-uploader`) ?? '')).toEqual(JSON.parse(document))
    expect(await grantPolicy(connection, grant(kind, 'edge', JSON.stringify(JSON.parse(document), undefined, 2)))).toBe(
      'kept',
    )
    const wider = JSON.stringify(accessPolicy('uploader', { region: 'us-west-2', buckets: ['acme-raw', 'acme-other'] }))
    expect(await grantPolicy(connection, grant(kind, 'edge', wider))).toBe('replaced')
    expect(iam.actions.filter((action) => action.startsWith('Put'))).toHaveLength(2)
  })

  test('an unknown user is told, and no identity is made', async () => {
    const iam = await startIamFake([])
    const connection = { region: 'us-west-2', credentials: keys, endpoint: iam.endpoint }
    await expect(grantPolicy(connection, grant('user', 'nobody'))).rejects.toMatchObject({
      code: 'notFound',
      message: expect.stringContaining('nobody') as string,
    })
    expect(new Set(iam.actions)).toEqual(new Set(['GetUserPolicy', 'PutUserPolicy']))
  })

  test('a missing right is named, whether it is to read or to write', async () => {
    const iam = await startIamFake(['user/edge'])
    const connection = { region: 'us-west-2', credentials: keys, endpoint: iam.endpoint }
    iam.denied.add('PutUserPolicy')
    await expect(grantPolicy(connection, grant('user', 'edge'))).rejects.toMatchObject({
      code: 'denied',
      message: expect.stringContaining('iam:PutUserPolicy') as string,
    })
    iam.denied.add('GetUserPolicy')
    await expect(grantPolicy(connection, grant('user', 'edge'))).rejects.toMatchObject({
      code: 'denied',
      message: expect.stringContaining('iam:GetUserPolicy') as string,
    })
  })
})

describe('who the credentials are', () => {
  test('STS tells account and name; a store of another maker is not asked', async () => {
    const sts = await startIamFake([])
    const store = overTheWire('https://s3.us-west-2.amazonaws.com', keys, { stsEndpoint: sts.endpoint })
    expect(await adminOf(store).identity()).toEqual({
      account: '123456789012',
      expiresAtMs: undefined,
      arn: 'arn:aws:iam::123456789012:user/edge',
    })
    const other = overTheWire('http://127.0.0.1:1', keys)
    expect(await adminOf(other).identity()).toBeUndefined()
  })
})
