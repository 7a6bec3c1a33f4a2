import { useEffect, useState } from 'react'
import type { BucketSetting, ObjectTable } from '../../../shared/domain/objects.ts'
import { deleteObjects, readBucketSettings, readTable } from '../../stores/objects.ts'
import { currentPerson } from '../../stores/preferences.ts'
import { messages } from '../../text/messages.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { TextField } from '../../ui/fields.tsx'
import { formatBytes, formatCount, formatNoun } from '../../ui/format.ts'
import { LampMark } from '../../ui/marks/Lamp.tsx'
import { Scroll } from '../../ui/Scroll.tsx'
import { Banner, Skeleton } from '../../ui/states.tsx'
import { showFailure, showToast } from '../../ui/toast.tsx'
import { RowsTable } from './RowsTable.tsx'
import { lastPart } from './place.ts'

const words = messages.buckets
const ROWS = 200

/** Several objects as one table, a page of rows at a time. */
export function TableDialog({
  bucket,
  prefix,
  onClose,
}: {
  readonly bucket: string
  readonly prefix: string
  readonly onClose: () => void
}) {
  const [table, setTable] = useState<ObjectTable>()
  const [start, setStart] = useState(0)
  useEffect(() => {
    readTable(bucket, prefix, start, ROWS).then(setTable, (error: unknown) => {
      showFailure(words.openTable, error)
      onClose()
    })
  }, [bucket, prefix, start, onClose])
  const end = start + (table?.values.length ?? 0)
  return (
    <Dialog isOpen isWide title={words.tableTitle(prefix === '' ? bucket : lastPart(prefix))} onClose={onClose}>
      {table === undefined ? (
        <Skeleton />
      ) : (
        <>
          {table.isTruncated && <Banner tone="warn">{words.truncated}</Banner>}
          <div className="row small t2">
            <span className="grow">
              {words.tableSub(
                formatNoun(table.objects, 'object'),
                formatNoun(table.rows, 'row'),
                formatBytes(table.bytes),
              )}
            </span>
            <span>
              {table.rows === 0 ? '' : words.rowsOf(formatCount(start + 1), formatCount(end), formatCount(table.rows))}
            </span>
            <Button
              size="sm"
              kind="ghost"
              icon="left"
              aria-label={words.previous}
              disabled={start === 0}
              onClick={() => setStart(Math.max(0, start - ROWS))}
            />
            <Button
              size="sm"
              kind="ghost"
              icon="right"
              aria-label={words.next}
              disabled={end >= table.rows}
              onClick={() => setStart(end)}
            />
          </div>
          <Scroll label={words.openTable} className="bk-table">
            <RowsTable columns={table.columns} values={table.values} />
          </Scroll>
        </>
      )}
    </Dialog>
  )
}

/** How a bucket is set up, as read back; the embedded store records what it does not enforce, and says so. */
export function SettingsDialog({ bucket, onClose }: { readonly bucket: string; readonly onClose: () => void }) {
  const [settings, setSettings] = useState<readonly BucketSetting[]>()
  useEffect(() => {
    readBucketSettings(bucket).then(setSettings, (error: unknown) => {
      showFailure(words.settings, error)
      onClose()
    })
  }, [bucket, onClose])
  return (
    <Dialog isOpen isWide title={words.settingsTitle(bucket)} onClose={onClose}>
      {settings === undefined ? (
        <Skeleton />
      ) : (
        <table className="tbl bk-settings">
          <thead>
            <tr>
              <th>{words.settingColumns.name}</th>
              <th>{words.settingColumns.value}</th>
              <th>{words.settingColumns.effect}</th>
            </tr>
          </thead>
          <tbody>
            {settings.map((setting) => (
              <tr key={setting.name}>
                <td className="medium">{setting.name}</td>
                <td title={setting.detail ?? setting.value}>
                  <LampMark state={setting.verdict === 'ok' ? 'ok' : setting.verdict === 'warn' ? 'warn' : 'none'}>
                    {setting.value}
                  </LampMark>
                </td>
                <td className="t2">{words.effects[setting.effect]}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Dialog>
  )
}

/** Deleting asks for the count to be typed. */
export function DeleteDialog({
  bucket,
  keys,
  onClose,
  onDone,
}: {
  readonly bucket: string
  readonly keys: readonly string[]
  readonly onClose: () => void
  readonly onDone: () => void
}) {
  const [typed, setTyped] = useState('')
  const [isBusy, setBusy] = useState(false)
  const wanted = String(keys.length)
  const run = async () => {
    setBusy(true)
    try {
      const deleted = await deleteObjects(bucket, keys, currentPerson())
      showToast({ state: 'ok', title: words.deleteDone(formatNoun(deleted, 'object')) })
      onDone()
    } catch (error) {
      showFailure(words.deleteFailed, error)
    }
    onClose()
  }
  return (
    <Dialog
      isOpen
      title={words.deleteTitle(formatNoun(keys.length, 'object'))}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button kind="dangerSolid" disabled={typed !== wanted || isBusy} onClick={() => void run()}>
            {words.deleteTitle(formatNoun(keys.length, 'object'))}
          </Button>
        </>
      }
    >
      <p className="small t2 bk-delete">{words.deleteText}</p>
      <TextField
        label={words.deleteConfirm(wanted)}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
    </Dialog>
  )
}
