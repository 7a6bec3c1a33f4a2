import type { PipelinePlan } from '../../../shared/domain/pipelines.ts'
import { cliCommand } from '../../ui/cli.ts'

export interface PlanLine {
  readonly kind: 'del' | 'add' | 'same'
  readonly text: string
}

/** What a plan adds up to over its nodes. */
export interface PlanTotals {
  readonly changing: number
  readonly continueRows: number
  readonly backfillRows: number
  readonly backfillBytes: number
  readonly openClaims: number
  readonly problems: readonly { readonly nodeId: string; readonly problem: string }[]
}

type PlannedNode = PipelinePlan['nodes'][number]

function isChange(plan: PipelinePlan, node: PlannedNode): boolean {
  return node.problem === undefined && node.fromType !== plan.type
}

export function planTotals(plan: PipelinePlan): PlanTotals {
  const changing = plan.nodes.filter((node) => isChange(plan, node))
  const sum = (of: (node: PlannedNode) => number) => changing.reduce((total, node) => total + of(node), 0)
  return {
    changing: changing.length,
    continueRows: sum((node) => node.continueRows),
    backfillRows: sum((node) => node.backfillRows),
    backfillBytes: sum((node) => node.backfillBytes),
    openClaims: sum((node) => node.openClaims),
    problems: plan.nodes.flatMap(({ nodeId, problem }) => (problem === undefined ? [] : [{ nodeId, problem }])),
  }
}

const NAMED = 3

/** The plan as a diff: one pair of lines per kind of change, the other nodes of the kind on a line below. */
export function planDiff(
  plan: PipelinePlan,
  words: { readonly sameChange: string; readonly noChange: string; readonly more: (n: string) => string },
): readonly PlanLine[] {
  const width = Math.max(...plan.nodes.map(({ nodeId }) => nodeId.length), 8)
  const typeWidth = Math.max(plan.type.length, ...plan.nodes.map(({ fromType = '' }) => fromType.length)) + 2
  const lines: PlanLine[] = []
  const kinds = Map.groupBy(
    plan.nodes.filter((node) => isChange(plan, node)),
    (node) => `${node.fromType} ${node.fromBucket}`,
  )
  for (const [first, ...rest] of kinds.values()) {
    if (first === undefined) continue
    const row = (type: string, bucket: string) => `${first.nodeId.padEnd(width)}  ${type.padEnd(typeWidth)} ${bucket}`
    lines.push({ kind: 'del', text: row(first.fromType ?? '', first.fromBucket ?? '') })
    lines.push({ kind: 'add', text: row(plan.type, first.toBucket) })
    if (rest.length > 0) lines.push({ kind: 'same', text: `${nameSome(rest, words.more)}  ${words.sameChange}` })
  }
  const unchanged = plan.nodes.filter((node) => node.problem === undefined && node.fromType === plan.type)
  if (unchanged.length > 0) lines.push({ kind: 'same', text: `${nameSome(unchanged, words.more)}  ${words.noChange}` })
  return lines
}

function nameSome(nodes: readonly PlannedNode[], more: (n: string) => string): string {
  const named = nodes
    .slice(0, NAMED)
    .map(({ nodeId }) => nodeId)
    .join(', ')
  return nodes.length > NAMED ? `${named} ${more(String(nodes.length - NAMED))}` : named
}

/** The same switch for a terminal: one command per node. */
export function switchCommands(nodeIds: readonly string[], type: string, isBackfill: boolean, reason: string): string {
  const more = [...(reason.trim() === '' ? [] : ['--reason', reason.trim()]), ...(isBackfill ? ['--backfill'] : [])]
  return nodeIds.map((nodeId) => cliCommand('pipeline', 'set', type, '--node', nodeId, ...more)).join('\n')
}
