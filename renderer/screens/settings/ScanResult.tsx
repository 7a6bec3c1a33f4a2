import type { LampState } from '../../../shared/domain/lampTypes.ts'
import type { ScannedDatabase } from '../../../shared/domain/settingsForm.ts'
import { useScan } from '../../stores/scan.ts'
import { messages } from '../../text/messages.ts'
import { RadioOption } from '../../ui/fields.tsx'
import { formatCount, formatDuration, formatNoun } from '../../ui/format.ts'
import { LampMark } from '../../ui/marks/Lamp.tsx'
import { EmptyState, ErrorState, Note, Skeleton } from '../../ui/states.tsx'
import { fileName, isAddable, isOpen } from './addPlan.ts'
import type { AddChoices } from './addPlan.ts'

const words = messages.settings.nodes
const MARKS: Readonly<Record<ScannedDatabase['verdict'], LampState>> = {
  ready: 'ok',
  question: 'warn',
  refused: 'bad',
  known: 'off',
}

interface ScanResultProps {
  readonly choices: AddChoices
  readonly onChoices: (choices: AddChoices) => void
}

/** What a scan found: one line and one verdict per file, and the questions it could not answer itself. */
export function ScanResult({ choices, onChoices }: ScanResultProps) {
  const { load, found, tookMs } = useScan()
  if (load.phase === 'idle') return null
  if (load.phase === 'failed') return <ErrorState error={load.error} />
  if (load.phase === 'loading' && found.length === 0) return <Skeleton text={words.scanning} />
  if (found.length === 0) return <EmptyState title={words.nothing} />
  const toggle = (path: string) => {
    const selected = new Set(choices.selected)
    if (!selected.delete(path)) selected.add(path)
    onChoices({ ...choices, selected })
  }
  const asked = found.filter((file) => file.verdict === 'question' && choices.selected.has(file.path))
  return (
    <>
      <div className="panel">
        <div className="ph">
          <h2 className="h2">{words.found(formatNoun(found.length, 'file'))}</h2>
          {tookMs !== undefined && <span className="t3 small">{words.took(formatDuration(tookMs))}</span>}
          <span className="grow" />
          <span className="small t2">{words.selected(formatCount(choices.selected.size))}</span>
        </div>
        <table className="tbl scan">
          <colgroup>
            <col width="30" />
            <col />
            <col width="112" className="hide-1280" />
            <col width="96" className="hide-1280" />
            <col width="80" />
            <col width="170" />
          </colgroup>
          <thead>
            <tr>
              <th aria-label={words.selected('')} />
              <th>{words.columns.file}</th>
              <th className="hide-1280">{words.columns.table}</th>
              <th className="hide-1280">{words.columns.time}</th>
              <th className="num">{words.columns.rows}</th>
              <th>{words.columns.verdict}</th>
            </tr>
          </thead>
          <tbody>
            {found.map((file) => (
              <FileRow key={file.path} file={file} choices={choices} onToggle={() => toggle(file.path)} />
            ))}
          </tbody>
        </table>
      </div>
      <Refused found={found} />
      {asked.map((file) => (
        <Question key={file.path} file={file} choices={choices} onChoices={onChoices} />
      ))}
    </>
  )
}

/** Why files cannot become nodes, in full. */
function Refused({ found }: { readonly found: readonly ScannedDatabase[] }) {
  const refused = found.filter(({ verdict }) => verdict === 'refused')
  if (refused.length === 0) return null
  return (
    <Note>
      {refused.map(({ path, message }) => (
        <div key={path}>
          <b>{fileName(path)}</b> {message}
        </div>
      ))}
    </Note>
  )
}

function FileRow({
  file,
  choices,
  onToggle,
}: {
  readonly file: ScannedDatabase
  readonly choices: AddChoices
  readonly onToggle: () => void
}) {
  const { path, tables, timestampColumns, rows, verdict, message } = file
  const canAdd = isAddable(file)
  const isAsked = isOpen(file, choices)
  return (
    <tr className={canAdd ? (isAsked ? 'sel' : '') : 'dim'}>
      <td>
        <input
          type="checkbox"
          className="check"
          aria-label={fileName(path)}
          disabled={!canAdd}
          checked={canAdd && choices.selected.has(path)}
          onChange={onToggle}
        />
      </td>
      <td className="medium" title={path}>
        {fileName(path)}
      </td>
      <td className="hide-1280">{choices.tables[path] ?? tables.join(', ')}</td>
      <td className="hide-1280">{choices.timestamps[path] ?? timestampColumns.join(', ')}</td>
      <td className="num">{rows === undefined ? '' : formatCount(rows)}</td>
      <td title={message}>
        <LampMark state={verdict === 'question' && !isAsked ? 'ok' : MARKS[verdict]}>
          {verdict === 'question' && !isAsked ? words.verdicts.ready : words.verdicts[verdict]}
        </LampMark>
      </td>
    </tr>
  )
}

function Question({ file, choices, onChoices }: ScanResultProps & { readonly file: ScannedDatabase }) {
  const { path, tables, timestampColumns, message } = file
  return (
    <Note tone={isOpen(file, choices) ? 'warn' : 'ok'} icon={isOpen(file, choices) ? 'warn' : 'check'}>
      <b>{words.question(fileName(path))}</b> {message}. {words.questionText}
      {tables.length > 1 && (
        <Answers
          name={`table:${path}`}
          label={words.whichTable}
          options={tables}
          value={choices.tables[path]}
          onChoose={(table) => onChoices({ ...choices, tables: { ...choices.tables, [path]: table } })}
        />
      )}
      {timestampColumns.length > 1 && (
        <Answers
          name={`time:${path}`}
          label={words.whichTime}
          options={timestampColumns}
          value={choices.timestamps[path]}
          onChoose={(column) => onChoices({ ...choices, timestamps: { ...choices.timestamps, [path]: column } })}
        />
      )}
    </Note>
  )
}

function Answers({
  name,
  label,
  options,
  value,
  onChoose,
}: {
  readonly name: string
  readonly label: string
  readonly options: readonly string[]
  readonly value: string | undefined
  readonly onChoose: (option: string) => void
}) {
  return (
    <div className="row wrap answers" role="radiogroup" aria-label={label}>
      <span className="t3">{label}</span>
      {options.map((option) => (
        <RadioOption
          key={option}
          name={name}
          isChosen={option === value}
          onChoose={() => onChoose(option)}
          title={option}
        />
      ))}
    </div>
  )
}
