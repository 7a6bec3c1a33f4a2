import { tmpdir } from 'node:os'
import { inspectConfig } from '../../../electron/core/config/loadConfig.ts'
import type { BacalhauConnection } from '../../../electron/core/handoff/engines/bacalhauClient.ts'
import { startBacalhauFake } from '../../helpers/bacalhauFake.ts'

/** An orchestrator the contract is held against. */
export interface FleetSubject {
  readonly name: string
  readonly timeoutMs: number
  /** Image for a run that prints and ends; undefined where no container may be started. */
  readonly image: string | undefined
  open(): Promise<{ readonly connection: BacalhauConnection; close(): Promise<void> }>
}

const KEY = 'k'.repeat(24)

const fake: FleetSubject = {
  name: 'the fake',
  timeoutMs: 5_000,
  image: 'registry.example/anything:1',
  async open() {
    const server = await startBacalhauFake({ apiKey: KEY })
    server.nodes.push(
      { id: 'n-1', labels: { fleet: 'acme' } },
      { id: 'n-2', labels: { fleet: 'acme' }, status: 'DISCONNECTED' },
    )
    server.run = () => ({ exitCode: 3, stdout: 'x'.repeat(5_000) })
    return {
      connection: { url: server.url, credential: { kind: 'apiKey', apiKey: KEY }, fetch, timeoutMs: 5_000 },
      close: () => server.close(),
    }
  },
}

/**
 * The fake always; beside it the orchestrator of `FIELDGATE_BACALHAU_URL`, with the credential of the same variables
 * that `fieldgate fleet` reads. A certificate authority of its own comes through `NODE_EXTRA_CA_CERTS`.
 */
export function fleetSubjects(env: Readonly<Record<string, string | undefined>>): readonly FleetSubject[] {
  if ((env['FIELDGATE_BACALHAU_URL'] ?? '') === '') return [fake]
  const names = ['FIELDGATE_BACALHAU_URL', 'BACALHAU_API_KEY', 'BACALHAU_API_USERNAME', 'BACALHAU_API_PASSWORD']
  const only = Object.fromEntries(names.map((name) => [name, env[name]]))
  const { config, problems } = inspectConfig({ cwd: tmpdir(), env: only })
  if (config.bacalhau === undefined) throw new Error(problems.map((problem) => problem.message).join(' '))
  const connection: BacalhauConnection = { ...config.bacalhau, fetch, timeoutMs: 30_000 }
  const image = env['FIELDGATE_BACALHAU_IMAGE']
  return [
    fake,
    {
      name: new URL(connection.url).host,
      timeoutMs: 120_000,
      image: image === '' ? undefined : image,
      open: async () => ({ connection, close: async () => {} }),
    },
  ]
}
