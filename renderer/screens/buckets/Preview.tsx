import { useEffect, useState } from 'react'
import type { ObjectPreview, ObjectVersion } from '../../../shared/domain/objects.ts'
import { parseObjectKey } from '../../../shared/domain/objectKey.ts'
import { listVersions } from '../../stores/objects.ts'
import { messages } from '../../text/messages.ts'
import { Button } from '../../ui/Button.tsx'
import { now } from '../../ui/clock.ts'
import { CopyButton } from '../../ui/CopyButton.tsx'
import { formatBytes, formatCount, formatMoment, formatNoun } from '../../ui/format.ts'
import { KeyValues } from '../../ui/KeyValues.tsx'
import { navigateTo } from '../../ui/router.ts'
import { Scroll } from '../../ui/Scroll.tsx'
import { SidePane } from '../../ui/SidePane.tsx'
import { Badge, EmptyState, ErrorState, Skeleton } from '../../ui/states.tsx'
import { showFailure } from '../../ui/toast.tsx'
import { RowsTable } from './RowsTable.tsx'
import { lastPart } from './place.ts'
import { shortStatistic } from './statistic.ts'
import { ROWS_SHOWN, usePreview } from './usePreview.ts'

const words = messages.buckets
const TABS = ['schema', 'rows', 'metadata', 'versions'] as const
type Tab = (typeof TABS)[number]

/** One object: what its footer says, its rows on demand, its metadata and versions. */
export function Preview({ bucket, objectKey }: { readonly bucket: string; readonly objectKey: string | undefined }) {
  const [tab, setTab] = useState<Tab>('schema')
  const [rowStart, setRowStart] = useState(0)
  useEffect(() => setRowStart(0), [objectKey])
  const { detail, preview, error, isLoading } = usePreview(bucket, objectKey, rowStart)
  if (objectKey === undefined) {
    return (
      <SidePane className="bk-preview" label={words.preview}>
        <EmptyState title={words.pickTitle}>{words.pick}</EmptyState>
      </SidePane>
    )
  }
  return (
    <SidePane className="bk-preview" label={words.preview}>
      <div className="bk-preview-head">
        <div className="row">
          <span className="mono ell grow strong" title={objectKey}>
            {lastPart(objectKey)}
          </span>
          <CopyButton kind="ghost" icon="link" label={words.open} text={`s3://${bucket}/${objectKey}`} />
        </div>
        {preview !== undefined && <Badges preview={preview} />}
      </div>
      <div className="tabs" role="tablist">
        {TABS.map((id) => (
          <button
            key={id}
            type="button"
            role="tab"
            aria-selected={tab === id}
            className={tab === id ? 'on' : undefined}
            onClick={() => setTab(id)}
          >
            {words.tabs[id]}
          </button>
        ))}
      </div>
      {error !== undefined ? (
        <ErrorState error={error} />
      ) : detail === undefined || (isLoading && preview === undefined) ? (
        <Skeleton />
      ) : tab === 'metadata' ? (
        <Scroll label={words.tabs.metadata} className="sec">
          <KeyValues
            entries={[
              { key: 'Key', value: detail.key, isMono: true },
              { key: 'Size', value: formatBytes(detail.bytes) },
              { key: 'ETag', value: detail.etag, isMono: true },
              { key: 'Version', value: detail.versionId, isMono: true },
              { key: 'Content type', value: detail.contentType },
              ...Object.entries(detail.metadata).map(([key, value]) => ({ key, value, isMono: true })),
              ...Object.entries(preview?.metadata ?? {}).map(([key, value]) => ({ key, value, isMono: true })),
            ]}
          />
        </Scroll>
      ) : tab === 'versions' ? (
        <Versions bucket={bucket} objectKey={objectKey} />
      ) : preview === undefined ? (
        <EmptyState title={words.notParquet}>{detail.contentType}</EmptyState>
      ) : (
        <Content preview={preview} tab={tab} onRows={setRowStart} />
      )}
    </SidePane>
  )
}

function Badges({ preview }: { readonly preview: ObjectPreview }) {
  const codec = preview.metadata['fieldgate.codec'] ?? ''
  return (
    <div className="row wrap bk-badges">
      {preview.metadata['fieldgate.logical_hash'] !== undefined && <Badge tone="ok">{words.badges.hash}</Badge>}
      <Badge>{formatNoun(preview.rows, 'row')}</Badge>
      <Badge>{formatNoun(preview.columns.length, 'column')}</Badge>
      <Badge>{words.badges.groups(codec, formatNoun(preview.rowGroups, 'group'))}</Badge>
    </div>
  )
}

function Content({
  preview,
  tab,
  onRows,
}: {
  readonly preview: ObjectPreview
  readonly tab: Tab
  readonly onRows: (start: number) => void
}) {
  const end = preview.rowStart + preview.values.length
  const rowIdAt = preview.columns.findIndex((column) => column.name === '_row_id')
  const node = parseObjectKey(preview.key)?.node
  const trace = (row: readonly unknown[]) =>
    navigateTo(`proof?trace=${encodeURIComponent(`${node}/${String(row[rowIdAt])}`)}`)
  const first = preview.values[0]
  return (
    <>
      {tab === 'schema' && (
        <Scroll label={words.tabs.schema}>
          <table className="tbl bk-schema">
            <thead>
              <tr>
                <th>{words.schema.column}</th>
                <th>{words.schema.type}</th>
                <th className="num">{words.schema.nulls}</th>
                <th className="num">{words.schema.min}</th>
                <th className="num">{words.schema.max}</th>
              </tr>
            </thead>
            <tbody>
              {preview.columns.map((column) => (
                <tr key={column.name}>
                  <td className={`mono${column.name.startsWith('_') ? ' t3' : ''}`} title={column.name}>
                    {column.name}
                  </td>
                  <td className="t2" title={column.type}>
                    {column.type}
                  </td>
                  <td className={`num${column.nulls === 0 ? ' t3' : ''}`}>
                    {column.nulls === undefined ? '' : formatCount(column.nulls)}
                  </td>
                  <td className="num" title={column.min}>
                    {shortStatistic(column.type, column.min)}
                  </td>
                  <td className="num" title={column.max}>
                    {shortStatistic(column.type, column.max)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      <div className="row bk-rows-head">
        <h2 className="h2">{words.firstRows}</h2>
        <span className="t3 small">
          {preview.rows === 0
            ? ''
            : words.rowsOf(formatCount(preview.rowStart + 1), formatCount(end), formatCount(preview.rows))}
        </span>
        <span className="grow" />
        <Button
          size="sm"
          kind="ghost"
          icon="left"
          aria-label={words.previous}
          disabled={preview.rowStart === 0}
          onClick={() => onRows(Math.max(0, preview.rowStart - ROWS_SHOWN))}
        />
        <Button
          size="sm"
          kind="ghost"
          icon="right"
          aria-label={words.next}
          disabled={end >= preview.rows}
          onClick={() => onRows(end)}
        />
        {node !== undefined && rowIdAt >= 0 && first !== undefined && (
          <Button size="sm" onClick={() => trace(first)}>
            {words.traceInProof}
          </Button>
        )}
      </div>
      <div className={tab === 'rows' ? 'scroll' : 'scroll bk-rows'}>
        <RowsTable
          columns={preview.columns}
          values={preview.values}
          {...(node === undefined || rowIdAt < 0 ? {} : { onOpen: trace })}
        />
      </div>
    </>
  )
}

function Versions({ bucket, objectKey }: { readonly bucket: string; readonly objectKey: string }) {
  const [versions, setVersions] = useState<readonly ObjectVersion[]>()
  useEffect(() => {
    listVersions(bucket, objectKey).then(setVersions, (error: unknown) => showFailure(words.tabs.versions, error))
  }, [bucket, objectKey])
  if (versions === undefined) return <Skeleton />
  return (
    <Scroll label={words.tabs.versions}>
      <table className="tbl">
        <thead>
          <tr>
            <th>{words.version}</th>
            <th className="num">{words.columns.size}</th>
            <th>{words.columns.sealed}</th>
          </tr>
        </thead>
        <tbody>
          {versions.map((version) => (
            <tr key={version.versionId}>
              <td className="mono">
                {version.versionId}{' '}
                <span className="t3">
                  {version.isDeleteMarker ? words.deleted : version.isLatest ? words.latest : ''}
                </span>
              </td>
              <td className="num">{formatBytes(version.bytes)}</td>
              <td className="t2">{formatMoment(version.lastModifiedMs, now())}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}
