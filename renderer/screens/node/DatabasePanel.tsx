import type { NodeSummary } from '../../../shared/domain/node.ts'
import { readHealth } from '../../stores/series.ts'
import { messages } from '../../text/messages.ts'
import { formatBytes, formatClock, formatCount } from '../../ui/format.ts'
import { KeyValues } from '../../ui/KeyValues.tsx'
import { Note } from '../../ui/states.tsx'
import { usePoll } from './usePoll.ts'

const words = messages.node.database

/** The node's file as it stands, read without touching it. */
export function DatabasePanel({ node }: { readonly node: NodeSummary }) {
  const { value: health, error } = usePoll(node.nodeId, readHealth, 10_000)
  const problem = health?.problem ?? error
  const epoch = node.lanes.find((lane) => lane.isActive)?.epoch
  return (
    <section>
      <h2 className="h2">{words.title}</h2>
      {problem !== undefined && (
        <Note tone="bad" icon="warn">
          <b>{problem.message}</b> {problem.hint}
        </Note>
      )}
      <KeyValues
        entries={[
          { key: words.file, value: <span title={node.path}>{shorten(node.path)}</span>, isMono: true },
          {
            key: words.size,
            value:
              health === undefined
                ? undefined
                : words.sizeOf(formatBytes(health.bytes), health.walBytes === 0 ? '' : formatBytes(health.walBytes)),
          },
          { key: words.journal, value: health?.journalMode.toUpperCase() },
          {
            key: words.writer,
            value: health?.lastWriterVersion === undefined ? undefined : words.writerOf(health.lastWriterVersion),
          },
          { key: words.table, value: node.table, isMono: true },
          { key: words.shape, value: health?.shape },
          { key: words.time, value: health?.timestampColumn, isMono: true },
          { key: words.newest, value: node.newestSeq === undefined ? undefined : formatCount(node.newestSeq) },
          { key: words.epoch, value: epoch === '' ? undefined : epoch, isMono: true },
        ]}
      />
      {health !== undefined && <p className="micro t3 nd-note">{messages.node.asOf(formatClock(health.takenAtMs))}</p>}
    </section>
  )
}

function shorten(path: string): string {
  return path.split(/[\\/]/).slice(-2).join('/')
}
