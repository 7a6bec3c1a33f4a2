import { statSync } from 'node:fs'
import type { NodeConfig } from '../../../../shared/domain/settings.ts'
import { finding } from '../port.ts'
import type { DoctorPorts, Finding, WorkspaceCheck } from '../port.ts'
import { formatCount } from '../words.ts'

const WHY =
  'The same readings under two names are counted twice by every reader; two nodes under one name fight over objects.'

/** No two nodes are one: neither the same file nor a copy of it, and no object name is claimed by a stranger. */
export const duplicateNodeCheck: WorkspaceCheck = {
  id: 'duplicateNode',
  scope: 'workspace',
  isCheap: false,
  examine(ports) {
    const findings = [...sameFile(ports), ...sameRows(ports), ...sameObjects(ports)]
    if (findings.length > 0) return findings
    const evidence = `${formatCount(ports.config.nodes.length, 'node')}, each with a file and rows of its own.`
    return [finding('duplicateNode', 'nodes', 'ok', { title: 'No node is there twice', evidence, why: WHY })]
  },
}

function sameFile(ports: DoctorPorts): readonly Finding[] {
  const byFile = Map.groupBy(ports.config.nodes, (node) => {
    const found = statSync(node.sqlite, { throwIfNoEntry: false })
    return found === undefined ? `absent ${node.id}` : `${found.dev}:${found.ino}:${node.table ?? ''}`
  })
  return duplicates(byFile, (nodes) => `${names(nodes)} are the same file: ${nodes[0]?.sqlite ?? ''}.`)
}

/** The first row tells: its time and its values are hashed together. */
function sameRows(ports: DoctorPorts): readonly Finding[] {
  const files = new Set<string>()
  const byAnchor = Map.groupBy(ports.config.nodes, (node) => {
    const found = statSync(node.sqlite, { throwIfNoEntry: false })
    const file = `${found?.dev}:${found?.ino}`
    if (found === undefined || files.has(file)) return `own ${node.id}`
    files.add(file)
    return firstAnchor(ports, node) ?? `own ${node.id}`
  })
  return duplicates(
    byAnchor,
    (nodes) => `${names(nodes)} begin with the same row, value by value: one is a copy of the other.`,
  )
}

function firstAnchor(ports: DoctorPorts, node: NodeConfig): string | undefined {
  try {
    const database = ports.openNode(node)
    try {
      const plan = database.plan({ table: node.table, timestampColumn: node.timestampColumn })
      const { minSeq } = database.identity(plan.table)
      const anchor = minSeq === undefined ? undefined : database.anchor(plan, minSeq)
      return anchor === undefined ? undefined : `${plan.fingerprint} ${minSeq} ${anchor}`
    } finally {
      database.close()
    }
  } catch {
    return undefined
  }
}

function sameObjects(ports: DoctorPorts): readonly Finding[] {
  const rows = ports
    .ledger()
    .sql(
      `SELECT e.node_id AS nodeId, COUNT(*) AS n, MIN(o.object_key) AS key FROM objects o JOIN executions e ON e.id = o.execution_id
       WHERE o.state = 'conflict' GROUP BY e.node_id`,
    )
    .all() as { nodeId: string; n: number; key: string }[]
  return rows.map(({ nodeId, n, key }) =>
    report([nodeId], `${n} object names of ${nodeId} are taken by other content, such as ${key}.`),
  )
}

function duplicates(
  groups: ReadonlyMap<string, readonly NodeConfig[]>,
  describe: (nodes: readonly NodeConfig[]) => string,
): readonly Finding[] {
  return [...groups.values()]
    .filter((nodes) => nodes.length > 1)
    .map((nodes) =>
      report(
        nodes.map((node) => node.id),
        describe(nodes),
      ),
    )
}

function report(nodeIds: readonly string[], evidence: string): Finding {
  const [first] = nodeIds
  return finding(
    'duplicateNode',
    nodeIds.join(' and '),
    'bad',
    {
      title: 'A node is there twice',
      evidence,
      why: WHY,
      remedy: {
        verb: 'Show node',
        detail: 'Keep one of them in the configuration; give each sensor its own node id and its own file.',
        screen: `node/${first ?? ''}`,
      },
      notice: {
        cause: nodeIds.join(' and '),
        severity: 'bad',
        message: evidence.replace(/\.$/, ''),
        detail: undefined,
        sinceMs: undefined,
        nextRetryMs: undefined,
      },
    },
    first,
  )
}

function names(nodes: readonly NodeConfig[]): string {
  return nodes.map((node) => node.id).join(' and ')
}
