import type { AttentionEntry } from '../../../shared/domain/attention.ts'
import type { AuditRecord } from '../../../shared/ipc/contract.ts'
import { messages } from '../../text/messages.ts'
import { now } from '../../ui/clock.ts'
import { CodeBlock } from '../../ui/Code.tsx'
import { CopyCli } from '../../ui/CopyButton.tsx'
import { formatDateTime } from '../../ui/format.ts'
import { KeyValues } from '../../ui/KeyValues.tsx'
import { LampMark } from '../../ui/marks/Lamp.tsx'
import { SidePane } from '../../ui/SidePane.tsx'
import { EmptyState } from '../../ui/states.tsx'
import { auditWords } from './activityRows.ts'
import type { ActivityRow } from './activityRows.ts'
import { ExecutionDetail } from './ExecutionDetail.tsx'

const words = messages.activity.detail

/** What the chosen line did: what, what is safe, next try, remedy, steps, codes last. */
export function ActivityDetail({ row }: { readonly row: ActivityRow | undefined }) {
  return (
    <SidePane className="side" label={words.label}>
      {row === undefined && <EmptyState title={messages.activity.noChoice} />}
      {row?.source.kind === 'execution' && <ExecutionDetail row={row} execution={row.source.execution} />}
      {row?.source.kind === 'change' && <ChangeDetail record={row.source.record} />}
      {row?.source.kind === 'wait' && <WaitDetail entry={row.source.entry} />}
    </SidePane>
  )
}

function ChangeDetail({ record }: { readonly record: AuditRecord }) {
  const { atMs, actor, action, subject, before, after, reason } = record
  const isText = [before, after].some((text) => text?.includes('\n') ?? false)
  return (
    <>
      <div className="sec">
        <h2 className="lead">{auditWords(record)}</h2>
        {reason !== undefined && <p className="t2">{reason}</p>}
      </div>
      <div className="sec">
        <KeyValues
          entries={[
            { key: words.who, value: actor },
            { key: words.when, value: formatDateTime(atMs, now()) },
            { key: words.subject, value: subject },
            { key: words.before, value: isText ? undefined : before },
            { key: words.after, value: isText ? undefined : after },
            { key: words.action, value: action, isMono: true },
          ]}
        />
      </div>
      {isText && after !== undefined && (
        <div className="sec">
          <h2 className="h2">{words.after}</h2>
          <CodeBlock text={after} />
        </div>
      )}
    </>
  )
}

function WaitDetail({ entry }: { readonly entry: AttentionEntry }) {
  const { severity, title, message, detail, nodeIds, sinceMs, remedy } = entry
  return (
    <>
      <div className="sec">
        <div className="row">
          <LampMark state={severity} />
          <h2 className="lead">{title}</h2>
        </div>
        <p className="t2">
          {message} {detail}
        </p>
        {remedy?.command !== undefined && (
          <div className="row acts">
            <CopyCli command={remedy.command} />
          </div>
        )}
      </div>
      <div className="sec">
        <KeyValues
          entries={[
            { key: words.since, value: formatDateTime(sinceMs, now()) },
            { key: words.subject, value: nodeIds.join(', ') },
          ]}
        />
      </div>
    </>
  )
}
