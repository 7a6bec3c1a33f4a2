import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface FakeNode {
  readonly id: string
  readonly labels?: Record<string, string>
  membership?: 'PENDING' | 'APPROVED' | 'REJECTED'
  status?: 'CONNECTED' | 'DISCONNECTED'
  readonly engines?: readonly string[]
  readonly storage?: readonly string[]
}

interface FakeExecution {
  readonly id: string
  readonly nodeId: string
  readonly version: number
  readonly state: number
  readonly exitCode: number
  readonly stdout: string
}

interface FakeJob {
  readonly spec: {
    readonly Name: string
    readonly Type: string
    readonly Labels?: Record<string, string>
    readonly Constraints: Constraint[]
  }
  version: number
  state: string
  executions: FakeExecution[]
}

interface Constraint {
  readonly Key: string
  readonly Operator: string
  readonly Values?: readonly string[]
}

/**
 * A contract fake of Bacalhau 1.9's API with its traps: integer execution states, string job states, the dead
 * `Connection` field, prefixes accepted for nodes, nanosecond times, output cut at 2,048 bytes, exit codes that do not
 * fail a job, ops jobs that skip offline nodes, two strikes for daemons, reasons read from the body.
 */
export interface BacalhauFake {
  readonly url: string
  readonly nodes: FakeNode[]
  readonly jobs: Map<string, FakeJob>
  readonly seen: {
    readonly method: string
    readonly path: string
    readonly body: unknown
    readonly auth: string | undefined
  }[]
  /** What a node prints and returns when a job runs on it. */
  run: (nodeId: string, spec: unknown) => { exitCode: number; stdout: string }
  /** Ends a daemon's execution on a node, as a crash or an exit 0 would. */
  endDaemon(jobName: string, nodeId: string): void
  close(): Promise<void>
}

const NS = '1780000000123456789'

export async function startBacalhauFake(
  options: { readonly apiKey?: string; readonly readOnly?: boolean } = {},
): Promise<BacalhauFake> {
  const nodes: FakeNode[] = []
  const jobs = new Map<string, FakeJob>()
  const seen: BacalhauFake['seen'] = []
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (part: Buffer) => (text += part.toString()))
    request.on('end', () => answer(request, response, text))
  })
  const fake: BacalhauFake = {
    url: '',
    nodes,
    jobs,
    seen,
    run: () => ({ exitCode: 0, stdout: '{"ok":true}' }),
    endDaemon(jobName, nodeId) {
      const job = jobs.get(jobName)
      if (job === undefined) throw new Error(`no job ${jobName}`)
      const own = job.executions.filter((execution) => execution.nodeId === nodeId && execution.version === job.version)
      job.executions = job.executions.map((execution) =>
        own.includes(execution) ? { ...execution, state: 10 } : execution,
      )
      if (own.length < 2) job.executions.push(newExecution(nodeId, job.version, 6, -1, ''))
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }

  function answer(request: IncomingMessage, response: ServerResponse, text: string): void {
    const url = new URL(request.url ?? '/', 'http://fake')
    const path = url.pathname.replace('/api/v1', '')
    const method = request.method ?? 'GET'
    const body: unknown = text === '' ? undefined : JSON.parse(text)
    seen.push({ method, path, body, auth: request.headers.authorization })
    const isFree = path.startsWith('/agent/')
    if (options.apiKey !== undefined && !isFree) {
      if (request.headers.authorization !== `Bearer ${options.apiKey}`) return fail(response, 401, 'unknown user')
      if (options.readOnly === true && method !== 'GET') return fail(response, 403, 'missing capability write:job')
    }
    if (path === '/agent/version') return send(response, { GitVersion: 'v1.9.3' })
    if (path === '/orchestrator/nodes')
      return send(response, { NextToken: '', Nodes: [requester(), ...selected(url).map(nodeState)] })
    const node = /^\/orchestrator\/nodes\/([^/]+)$/.exec(path)?.[1]
    if (node !== undefined && method === 'PUT') return decide(response, decodeURIComponent(node), body)
    if (path === '/orchestrator/jobs/diff') return diff(response, body)
    if (path === '/orchestrator/jobs' && method === 'PUT') return submit(response, body)
    if (path === '/orchestrator/jobs') return listJobs(response, url)
    const named = /^\/orchestrator\/jobs\/([^/]+)(\/[a-z]+)?$/.exec(path)
    const job = jobs.get(decodeURIComponent(named?.[1] ?? ''))
    if (job === undefined) return fail(response, 404, 'job not found', 'NotFound')
    switch (named?.[2]) {
      case '/executions':
        return listExecutions(response, job, url)
      case '/history':
        return send(response, { NextToken: 'more', Items: [historyEntry()] })
      case '/rerun':
        job.version++
        schedule(job)
        return send(response, { JobID: idOf(job), JobVersion: job.version, EvaluationID: 'ev' })
      case undefined:
        if (method === 'DELETE') {
          job.state = 'Stopped'
          return send(response, { EvaluationID: 'ev' })
        }
        response.end(`{"Job":${jobJson(job)}}`)
        return
      default:
        return fail(response, 404, 'no such endpoint')
    }
  }

  function selected(url: URL): readonly FakeNode[] {
    const [key = '', value] = (url.searchParams.get('labels') ?? '').split('=')
    if (key === '') return nodes
    return nodes.filter((candidate) =>
      matches(
        candidate,
        value === undefined ? { Key: key, Operator: 'exists' } : { Key: key, Operator: '=', Values: [value] },
      ),
    )
  }

  function listJobs(response: ServerResponse, url: URL): void {
    const all = [...jobs.values()].map(jobJson)
    const start = Number(url.searchParams.get('next_token') ?? 0)
    const limit = Number(url.searchParams.get('limit') ?? 10)
    const next = start + limit < all.length ? String(start + limit) : ''
    response.end(`{"NextToken":"${next}","Items":[${all.slice(start, start + limit).join(',')}]}`)
  }

  function listExecutions(response: ServerResponse, job: FakeJob, url: URL): void {
    const version = Number(url.searchParams.get('job_version') ?? job.version)
    const items = job.executions
      .filter((execution) => execution.version === version)
      .map((execution) => {
        const bytes = Buffer.from(execution.stdout)
        const isCut = bytes.length > 2048
        return JSON.stringify({
          ID: execution.id,
          NodeID: execution.nodeId,
          JobVersion: execution.version,
          ComputeState: { StateType: execution.state, Message: '' },
          RunOutput: {
            Stdout: bytes.subarray(0, 2048).toString(),
            StdoutTruncated: isCut,
            stderr: '',
            ExitCode: execution.exitCode,
            ErrorMsg: '',
          },
          CreateTime: 0,
        }).replace('"CreateTime":0', `"CreateTime":${NS}`)
      })
    response.end(`{"NextToken":"","Items":[${items.join(',')}]}`)
  }

  function decide(response: ServerResponse, idOrPrefix: string, body: unknown): void {
    const found = nodes.find((candidate) => candidate.id.startsWith(idOrPrefix))
    if (found === undefined) return fail(response, 404, 'node not found')
    const action = (body as { Action: string }).Action
    if (action === 'delete') nodes.splice(nodes.indexOf(found), 1)
    else found.membership = action === 'approve' ? 'APPROVED' : 'REJECTED'
    send(response, { Success: true })
  }

  function diff(response: ServerResponse, body: unknown): void {
    const { Job } = body as { Job: FakeJob['spec'] }
    const current = jobs.get(Job.Name)
    if (current === undefined) return fail(response, 404, 'job not found', 'NotFound')
    send(response, { Diff: JSON.stringify(current.spec) === JSON.stringify(Job) ? '' : `~ ${Job.Name}` })
  }

  function submit(response: ServerResponse, body: unknown): void {
    const { Job } = body as { Job: FakeJob['spec'] }
    const current = jobs.get(Job.Name)
    if (current !== undefined && JSON.stringify(current.spec) === JSON.stringify(Job)) {
      return fail(response, 400, 'no changes detected', 'BadRequest', 'Use Force to make a new version.')
    }
    const job: FakeJob = {
      spec: Job,
      version: (current?.version ?? 0) + 1,
      state: 'Running',
      executions: current?.executions ?? [],
    }
    jobs.set(Job.Name, job)
    jobs.set(idOf(job), job)
    schedule(job)
    send(response, { JobID: idOf(job), EvaluationID: 'ev', Warnings: null })
  }

  function schedule(job: FakeJob): void {
    const matching = nodes.filter((node) => job.spec.Constraints.every((constraint) => matches(node, constraint)))
    const runnable = matching.filter(
      (node) => node.status !== 'DISCONNECTED' && (node.membership ?? 'APPROVED') === 'APPROVED',
    )
    const isDaemon = job.spec.Type === 'daemon'
    for (const node of runnable) {
      const { exitCode, stdout } = isDaemon ? { exitCode: -1, stdout: '' } : fake.run(node.id, job.spec)
      job.executions.push(newExecution(node.id, job.version, isDaemon ? 6 : 9, exitCode, stdout))
    }
    // A job whose runs all ended is Completed, whatever they returned; one that found no node has Failed.
    job.state = isDaemon ? 'Running' : runnable.length === 0 ? 'Failed' : 'Completed'
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return Object.assign(fake, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
}

let executionCount = 0

function newExecution(nodeId: string, version: number, state: number, exitCode: number, stdout: string): FakeExecution {
  return { id: `e-${++executionCount}`, nodeId, version, state, exitCode, stdout }
}

function idOf(job: FakeJob): string {
  return `j-${job.spec.Name}`
}

function jobJson(job: FakeJob): string {
  const shown = {
    ID: idOf(job),
    Name: job.spec.Name,
    Type: job.spec.Type,
    Version: job.version,
    Labels: job.spec.Labels,
    State: { StateType: job.state, Message: '' },
    ModifyTime: 0,
  }
  return JSON.stringify(shown).replace('"ModifyTime":0', `"ModifyTime":${NS}`)
}

function matches(node: FakeNode, constraint: Constraint): boolean {
  const labels: Record<string, string> = { name: node.id, ...node.labels }
  const value = labels[constraint.Key]
  if (constraint.Operator === 'exists') return value !== undefined
  return value !== undefined && (constraint.Values ?? []).includes(value)
}

function requester(): unknown {
  return {
    Info: { NodeID: 'orchestrator', NodeType: 'Requester', Labels: {} },
    Membership: 'APPROVED',
    Connection: 'CONNECTED',
  }
}

function nodeState(node: FakeNode): unknown {
  return {
    Info: {
      NodeID: node.id,
      NodeType: 'Compute',
      Labels: { os_type: 'linux', name: node.id, ...node.labels },
      ComputeNodeInfo: {
        ExecutionEngines: node.engines ?? ['docker', 'wasm'],
        StorageSources: node.storage ?? ['local', 'inline'],
        RunningExecutions: 0,
      },
      BacalhauVersion: { GitVersion: 'v1.9.3' },
    },
    Membership: node.membership ?? 'APPROVED',
    Connection: 'CONNECTED',
    ConnectionState: {
      Status: node.status ?? 'CONNECTED',
      LastHeartbeat: '2026-11-25T02:00:00Z',
      DisconnectedSince: '0001-01-01T00:00:00Z',
    },
  }
}

function historyEntry(): unknown {
  return {
    SeqNum: 1,
    Type: 'ExecutionLevel',
    ExecutionID: 'e-1',
    Event: {
      Message: 'image not found',
      Topic: 'Execution',
      Timestamp: '2026-11-25T02:00:00Z',
      Details: { IsError: 'true', Hint: 'Pre-pull the image.' },
    },
    Time: '2026-11-25T02:00:00Z',
  }
}

function send(response: ServerResponse, body: unknown): void {
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify(body))
}

function fail(response: ServerResponse, status: number, message: string, code = 'BadRequest', hint?: string): void {
  response.statusCode = status
  send(response, { Status: status, Message: message, Code: code, ...(hint === undefined ? {} : { Hint: hint }) })
}
