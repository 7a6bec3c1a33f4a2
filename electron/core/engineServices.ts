import type { FleetStatus } from '../../shared/domain/node.ts'
import type { ReconcileReport } from '../../shared/domain/reconcile.ts'
import type { EngineConfig } from '../../shared/domain/settings.ts'
import type { Events, HandlersOf } from '../../shared/ipc/contract.ts'
import { sumByRoute } from './db/ledger/records.ts'
import type { AttachedDemo } from './demo/attachDemo.ts'
import type { Attention } from './doctor/attention.ts'
import type { Doctor } from './doctor/doctor.ts'
import type { EnginePorts } from './engine.ts'
import { logFailure } from './engineParts.ts'
import type { EngineParts } from './engineParts.ts'
import { createFleet } from './fleet/fleet.ts'
import type { Fleet } from './fleet/fleet.ts'
import { createEngineAttention } from './handlers/attention.ts'
import type { CallContext, HandlerDependencies } from './handlers/dependencies.ts'
import { describeLink } from './handlers/fleet.ts'
import { changePipeline } from './handlers/pipelineChanges.ts'
import { createAutoSwitch } from './pipelines/rules/autoSwitch.ts'
import type { AutoSwitch } from './pipelines/rules/autoSwitch.ts'
import type { Bus } from './support/bus.ts'
import { runLoop } from './support/loop.ts'
import type { Loop } from './support/loop.ts'
import { createPace } from './support/pace.ts'
import { startHeartbeat } from './uploader/heartbeat.ts'
import { startLedgerSnapshots } from './uploader/ledgerSnapshots.ts'

/** What runs by itself while an engine is started. */
export interface EngineServices {
  readonly fleet: Fleet
  readonly attention: Attention
  start(): void
  /** In the reverse order of the start. */
  stop(): Promise<void>
}

export interface ServicePorts {
  readonly config: EngineConfig
  readonly ports: EnginePorts
  readonly bus: Bus<Events>
  readonly parts: EngineParts
  readonly deps: HandlerDependencies
  readonly doctor: Doctor
  readonly demo: AttachedDemo
  readonly proof: HandlersOf<'reconcile', CallContext>
}

/** The proof of a demo is made anew this often: its audience watches it; elsewhere it is made when asked for. */
const DEMO_PROOF_EVERY_MS = 5_000
/**
 * And takes a fifth of the time at most: it looks at every object there is, and a demo that runs all day has very many.
 * It rests no longer than that makes on a small machine with nothing else to do: half a millisecond for an object.
 */
const PROOF_SHARE = 5
const REST_MS_PER_OBJECT = 2

/** Makes the services of an engine; nothing runs before `start`. */
export function createServices(made: ServicePorts): EngineServices {
  const { config, ports, bus, parts, deps, demo } = made
  const proof = followProof(made)
  let attentionCount = 0
  bus.on('attention.changed', (entries) => {
    attentionCount = entries.length
  })
  const fleet = createFleet({
    config,
    clock: ports.clock,
    openNode: parts.openNode,
    readActive: parts.readActive,
    onError: logFailure(ports, 'A look at the fleet failed.'),
    readLedger: parts.readLedger,
    uploads: () => parts.uploader().status(),
    proof: proof.figures,
    attention: () => attentionCount,
    link: () =>
      describeLink(
        deps,
        demo
          .demo()
          ?.state()
          .faults.some((fault) => fault.id === 'cutLink' && fault.isActive) ?? false,
      ),
    onFleet: (status) => bus.emit('fleet.changed', status),
    onNodes: (nodes) => bus.emit('nodes.updated', { nodes }),
  })
  const attention = createEngineAttention(deps, made.doctor)
  const autoSwitch = makeAutoSwitch(made)
  let heartbeat: Loop | undefined
  let proving: Loop | undefined
  let snapshots: Loop | undefined
  return {
    fleet,
    attention,
    start() {
      fleet.start()
      autoSwitch?.start()
      demo.start()
      parts.uploader().start()
      attention.start()
      heartbeat = startHeartbeat(
        config.stateDir,
        { clock: ports.clock, pid: ports.runner.pid, onError: logFailure(ports, 'The heartbeat was not written.') },
        () => parts.uploader().status(),
      )
      snapshots = startLedgerSnapshots({
        stateDir: config.stateDir,
        pool: parts.pool,
        clock: ports.clock,
        onError: logFailure(ports, 'No copy of the ledger could be kept.'),
      })
      if (config.demo !== undefined) {
        const onError = logFailure(ports, 'The proof could not be made.')
        proving = runLoop({ name: 'proof', everyMs: DEMO_PROOF_EVERY_MS, clock: ports.clock, onError }, proof.prove)
      }
    },
    async stop() {
      await snapshots?.stop()
      await proving?.stop()
      await heartbeat?.stop()
      await attention.stop()
      await demo.stop()
      await autoSwitch?.stop()
      await fleet.stop()
    },
  }
}

function makeAutoSwitch({ config, ports, parts, deps }: ServicePorts): AutoSwitch | undefined {
  const rule = config.pipelines.autoSwitch
  if (rule === undefined) return undefined
  return createAutoSwitch({
    rule,
    nodes: config.nodes,
    clock: ports.clock,
    openNode: parts.openNode,
    setType: (node, type, by, reason) => void changePipeline(deps, node, { type, by, reason, backfill: false }),
    onError: (node, error) => {
      logFailure(ports, `The automatic switch could not look at ${node.id}.`)(error)
    },
  })
}

/** The last proof as the figures show it, and the quick proof that a demo repeats. */
function followProof({ bus, parts, ports, proof }: ServicePorts): {
  readonly figures: () => FleetStatus['proof']
  readonly prove: (signal: AbortSignal) => Promise<void>
} {
  let last: ReconcileReport | undefined
  let isRunning = false
  let hasLooked = false
  const pace = createPace(ports.clock, PROOF_SHARE)
  bus.on('reconcile.finished', (report) => {
    last = report
    isRunning = false
  })
  bus.on('reconcile.progressed', () => {
    isRunning = true
  })
  const readKept = (): void => {
    if (hasLooked) return
    hasLooked = true
    const state = proof['reconcile.state']({}, { signal: new AbortController().signal })
    if (!(state instanceof Promise)) last ??= state.last
  }
  return {
    figures() {
      readKept()
      const totals = last?.totals
      const accounted =
        totals === undefined ? 0 : totals.delivered + totals.aggregated + totals.filtered + totals.quarantined
      return {
        state:
          last === undefined || (last.totals.objects === 0 && last.isClean)
            ? isRunning
              ? 'running'
              : 'unknown'
            : last.isClean
              ? 'clean'
              : 'broken',
        checkedAtMs: last?.takenAtMs,
        rows: accounted,
        missing: totals?.missing ?? 0,
        duplicated: totals?.duplicated ?? 0,
      }
    },
    async prove(signal) {
      // A proof of nothing would only look like one.
      if (!pace.isDue() || sumByRoute(parts.readLedger(), 0).length === 0) return
      await pace.run(
        async () => proof['reconcile.run']({ quick: true, onlyNew: true }, { signal }),
        (report) => REST_MS_PER_OBJECT * report.totals.objects,
      )
    },
  }
}
