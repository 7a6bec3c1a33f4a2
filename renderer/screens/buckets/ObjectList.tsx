import { useRef, useState } from 'react'
import type { ObjectInfo } from '../../../shared/domain/objects.ts'
import { loadMoreObjects, openPrefix, useObjects } from '../../stores/objects.ts'
import { messages } from '../../text/messages.ts'
import { Button } from '../../ui/Button.tsx'
import { CopyCli } from '../../ui/CopyButton.tsx'
import { SearchField } from '../../ui/fields.tsx'
import { formatDuration, formatNoun } from '../../ui/format.ts'
import { Kbd } from '../../ui/Kbd.tsx'
import { useShortcut } from '../../ui/shortcuts.ts'
import { openSidePane } from '../../ui/sidePaneState.ts'
import { EmptyState, ErrorState, Skeleton } from '../../ui/states.tsx'
import { ColumnsMenu } from '../../ui/table/ColumnsMenu.tsx'
import { DataTable } from '../../ui/table/DataTable.tsx'
import { useDataTable } from '../../ui/table/useDataTable.ts'
import { OBJECT_COLUMNS } from './objectColumns.tsx'
import { addressOf, lastPart } from './place.ts'

const words = messages.buckets
const keyOf = (object: ObjectInfo) => object.key
const nameOf = (object: ObjectInfo) => object.key

interface ObjectListProps {
  readonly bucket: string
  readonly prefix: string
  readonly current: string | undefined
  readonly selected: ReadonlySet<string>
  readonly onSelect: (keys: ReadonlySet<string>) => void
  readonly onOpen: (key: string | undefined) => void
  readonly onTable: () => void
}

/** Objects under a prefix, streamed by page. Space looks, Enter opens. */
export function ObjectList({ bucket, prefix, current, selected, onSelect, onOpen, onTable }: ObjectListProps) {
  const { objects, load, nextToken, firstPageMs } = useObjects()
  const [query, setQuery] = useState('')
  const search = useRef<HTMLInputElement>(null)
  useShortcut('F', words.jump, () => search.current?.focus())
  const table = useDataTable({
    id: 'objects',
    label: words.columns.object,
    columns: OBJECT_COLUMNS,
    rows: objects,
    rowId: keyOf,
    searchText: nameOf,
    query,
    defaultSort: { columnId: 'sealed', isDescending: true },
  })
  const isAll = nextToken === undefined
  return (
    <section className="pane">
      <div className="tablebar bk-bar">
        <Path bucket={bucket} prefix={prefix} />
        <Button size="sm" onClick={onTable} disabled={objects.length === 0}>
          {words.openTable}
        </Button>
      </div>
      <div className="tablebar bk-bar">
        <SearchField label={words.jump} value={query} onChange={setQuery} width={260} inputRef={search} />
        <span className="grow" />
        <CopyCli size="sm" command={words.copyCli(bucket, prefix)} />
        <ColumnsMenu table={table} />
      </div>
      {load.phase === 'failed' && <ErrorState error={load.error} onRetry={() => void openPrefix(bucket, prefix)} />}
      {objects.length === 0 && load.phase === 'loading' ? (
        <Skeleton />
      ) : (
        <DataTable
          table={table}
          selection={selected}
          onSelect={onSelect}
          cursorId={current}
          onCursor={onOpen}
          onOpen={(object) => {
            onOpen(object.key)
            openSidePane()
          }}
          onEndReached={() => void loadMoreObjects(bucket, prefix)}
          empty={<EmptyState title={words.noObjects}>{words.noObjectsText}</EmptyState>}
        />
      )}
      <div className="row small t3 bk-foot">
        <span>{words.loaded(formatNoun(objects.length, 'object'), formatDuration(firstPageMs ?? 0), isAll)}</span>
        <span className="grow" />
        <span className="hide-1280 row">
          <Kbd>Space</Kbd> {words.look} <Kbd>Enter</Kbd> {words.open}
        </span>
      </div>
    </section>
  )
}

function Path({ bucket, prefix }: { readonly bucket: string; readonly prefix: string }) {
  const parts = prefix.split('/').filter((part) => part !== '')
  return (
    <nav className="bk-path grow" aria-label={words.tree}>
      <a href={addressOf(bucket, '')}>{bucket}</a>
      {parts.map((part, index) => {
        const path = `${parts.slice(0, index + 1).join('/')}/`
        return (
          <span key={path} className="row">
            <span className="t3">/</span>
            {index === parts.length - 1 ? (
              <b title={path}>{lastPart(part)}</b>
            ) : (
              <a href={addressOf(bucket, path)}>{part}</a>
            )}
          </span>
        )
      })}
    </nav>
  )
}
