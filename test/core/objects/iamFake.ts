import { createServer } from 'node:http'
import type { ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export interface IamFake {
  readonly endpoint: string
  /** Policies by `user/NAME/POLICY` or `role/NAME/POLICY`. */
  readonly policies: Map<string, string>
  readonly actions: string[]
  /** Actions that are answered with AccessDenied. */
  readonly denied: Set<string>
}

/** IAM and STS as their API references describe the Query protocol: form in, XML out, documents URL-encoded. */
export async function startIamFake(principals: readonly string[]): Promise<IamFake> {
  const fake = { endpoint: '', policies: new Map<string, string>(), actions: [] as string[], denied: new Set<string>() }
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (part: string) => (body += part))
    request.on('end', () => {
      const form = new URLSearchParams(body)
      const action = form.get('Action') ?? ''
      fake.actions.push(action)
      if (fake.denied.has(action)) {
        return fail(
          response,
          403,
          'AccessDenied',
          `User: arn:aws:iam::1:user/me is not authorized to perform: iam:${action} because no identity-based policy allows it`,
        )
      }
      if (action === 'GetCallerIdentity') {
        return reply(
          response,
          action,
          '<Account>123456789012</Account><Arn>arn:aws:iam::123456789012:user/edge</Arn><UserId>AIDA</UserId>',
        )
      }
      const principal = form.has('UserName') ? `user/${form.get('UserName')}` : `role/${form.get('RoleName')}`
      const place = `${principal}/${form.get('PolicyName')}`
      if (action.startsWith('Put')) {
        if (!principals.includes(principal))
          return fail(response, 404, 'NoSuchEntity', `The ${principal} cannot be found.`)
        fake.policies.set(place, form.get('PolicyDocument') ?? '')
        return reply(response, action, '')
      }
      const found = fake.policies.get(place)
      if (found === undefined) return fail(response, 404, 'NoSuchEntity', 'The policy cannot be found.')
      return reply(response, action, `<PolicyDocument>${encodeURIComponent(found)}</PolicyDocument>`)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return Object.assign(fake, { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
}

function reply(response: ServerResponse, action: string, result: string): void {
  response.writeHead(200, { 'content-type': 'text/xml' })
  response.end(
    `<${action}Response><${action}Result>${result}</${action}Result><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></${action}Response>`,
  )
}

function fail(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, { 'content-type': 'text/xml' })
  response.end(
    `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>r</RequestId></ErrorResponse>`,
  )
}
