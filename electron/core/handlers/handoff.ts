import { FieldgateError } from '../../../shared/domain/errors.ts'
import { BUILT_IN_PIPELINE_TYPES } from '../../../shared/domain/pipelineTypes.ts'
import type { DeliveredRows } from '../../../shared/domain/handoff.ts'
import type { HandlersOf } from '../../../shared/ipc/contract.ts'
import { listDelivered, listObjects } from '../db/ledger/executions.ts'
import { compareIngested, ingestedQuery } from '../handoff/databricks/compare.ts'
import { generateHandoff } from '../handoff/databricks/generate.ts'
import type { HandoffModel, LandingTable } from '../handoff/databricks/model.ts'
import { queryWarehouse } from '../handoff/databricks/statements.ts'
import { generateEdgeMachine } from '../handoff/deploy/cloudInit.ts'
import { parseInstances } from '../handoff/deploy/instances.ts'
import { bucketOf } from '../uploader/claim.ts'
import type { CallContext, HandlerDependencies } from './dependencies.ts'

interface Names {
  readonly catalog?: string | undefined
  readonly accountId?: string | undefined
  readonly roleName?: string | undefined
  readonly credentialName?: string | undefined
  readonly ingestPrincipal?: string | undefined
}

/** Stands for the account in a hand-off that only asks questions; no file with it is ever written. */
const NO_ACCOUNT = '000000000000'

/** `handoff.*`: what Databricks needs to read the buckets, and whether it has read them. */
export function handoffHandlers(deps: HandlerDependencies): HandlersOf<'handoff', CallContext> {
  return {
    'handoff.databricks': (names) => {
      if (names.accountId === undefined) {
        throw new FieldgateError('invalid', 'The hand-off needs the AWS account id that holds the role.', {
          hint: 'Pass --account-id with its 12 digits.',
        })
      }
      return generateHandoff(buildModel(deps, names))
    },
    'handoff.machine': (machine) => generateEdgeMachine(machine),
    'handoff.instances': ({ text, path }) => parseInstances(text, path),
    'handoff.check': async ({ warehouseId, ...names }, { signal }) => {
      const connection = deps.config.databricks
      if (connection?.token === undefined) {
        throw new FieldgateError('invalid', 'There is no Databricks workspace and token to ask.', {
          hint: 'Set DATABRICKS_HOST and DATABRICKS_TOKEN.',
        })
      }
      const model = buildModel(deps, { accountId: NO_ACCOUNT, ...names })
      const answer = await queryWarehouse(
        { host: connection.host, token: connection.token, warehouseId },
        { fetch, clock: deps.clock, signal },
        ingestedQuery(model),
      )
      return compareIngested(deliveredRows(deps), answer)
    },
  }
}

function buildModel(deps: HandlerDependencies, names: Names): HandoffModel {
  const { config } = deps
  const prefix = config.buckets.prefix
  return {
    region: config.buckets.region,
    accountId: names.accountId ?? '',
    roleName: names.roleName ?? `${prefix}-databricks-read`,
    credentialName: names.credentialName ?? `${prefix}-landing-ro`,
    catalog: names.catalog ?? 'edge_fleet',
    ingestPrincipal: names.ingestPrincipal ?? 'edge-ingest',
    warehouseId: undefined,
    landings: landings(deps),
  }
}

/** Every table a node has, by every type it may be delivered as: a switch must not need a new hand-off. */
function landings(deps: HandlerDependencies): readonly LandingTable[] {
  const tables = new Map<string, string>()
  let firstProblem: unknown
  for (const node of deps.config.nodes) {
    try {
      const database = deps.openNode(node)
      try {
        const plan = database.plan({ table: node.table, timestampColumn: node.timestampColumn })
        tables.set(plan.table, tables.get(plan.table) ?? plan.timestampColumn)
      } finally {
        database.close()
      }
    } catch (error) {
      firstProblem ??= error
    }
  }
  if (tables.size === 0 && firstProblem !== undefined) throw firstProblem
  const types = [...Object.keys(BUILT_IN_PIPELINE_TYPES), ...deps.config.pipelines.custom.map((custom) => custom.name)]
  return [...tables].flatMap(([table, timestampColumn]) =>
    types.map((type) => ({
      type,
      table,
      bucket: bucketOf(deps.config, type),
      eventTimeColumn: type === 'aggregated' ? 'window_start' : timestampColumn,
    })),
  )
}

function deliveredRows(deps: HandlerDependencies): readonly DeliveredRows[] {
  const ledger = deps.readLedger()
  const lanes = new Map<string, DeliveredRows>()
  for (const node of deps.config.nodes) {
    for (const execution of listDelivered(ledger, node.id)) {
      const id = [execution.nodeId, execution.table, execution.route, execution.epoch].join('\u0000')
      const objects = listObjects(ledger, execution.id)
      const before = lanes.get(id)
      lanes.set(id, {
        nodeId: execution.nodeId,
        table: execution.table,
        type: execution.route,
        epoch: execution.epoch,
        rows: (before?.rows ?? 0) + objects.reduce((sum, object) => sum + object.rows, 0),
        objects: (before?.objects ?? 0) + objects.length,
      })
    }
  }
  return [...lanes.values()].filter((lane) => lane.objects > 0)
}
