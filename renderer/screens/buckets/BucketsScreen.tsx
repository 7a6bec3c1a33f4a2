import { useCallback, useEffect, useState } from 'react'
import { errorToData } from '../../../shared/domain/errors.ts'
import {
  downloadObject,
  followBuckets,
  loadBuckets,
  openPrefix,
  presignObject,
  useBuckets,
} from '../../stores/objects.ts'
import { useWorkspace } from '../../stores/workspace.ts'
import { messages } from '../../text/messages.ts'
import { Button } from '../../ui/Button.tsx'
import { CopyButton } from '../../ui/CopyButton.tsx'
import { copyText } from '../../ui/copy.ts'
import { downloadFile } from '../../ui/download.ts'
import { formatNoun } from '../../ui/format.ts'
import { Head } from '../../ui/Head.tsx'
import { MoreMenu } from '../../ui/MoreMenu.tsx'
import { navigateTo, useRoute } from '../../ui/router.ts'
import { SidePaneButton } from '../../ui/SidePane.tsx'
import { EmptyState, ErrorState, Skeleton } from '../../ui/states.tsx'
import { showFailure, showToast } from '../../ui/toast.tsx'
import { DeleteDialog, SettingsDialog, TableDialog } from './dialogs.tsx'
import { ObjectList } from './ObjectList.tsx'
import { addressOf, lastPart, placeOf } from './place.ts'
import { Preview } from './Preview.tsx'
import { Tree } from './Tree.tsx'

const words = messages.buckets
const LINK_SECONDS = 900
type OpenDialog = 'table' | 'settings' | 'delete'

/** Buckets: tree, list, preview. */
export function BucketsScreen() {
  useEffect(followBuckets, [])
  const place = placeOf(useRoute())
  const { list, load } = useBuckets()
  const bucket = place.bucket ?? list[0]?.name
  const isEmbedded = useWorkspace((state) => state.workspace?.store.kind === 'embedded')
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const [dialog, setDialog] = useState<OpenDialog>()
  const { prefix, key } = place
  const close = useCallback(() => setDialog(undefined), [])
  useEffect(() => {
    setSelected(new Set())
    if (bucket !== undefined) void openPrefix(bucket, prefix)
  }, [bucket, prefix])
  if (bucket === undefined) {
    return (
      <>
        <Head title={words.title} />
        {load.phase === 'failed' ? (
          <ErrorState error={load.error} onRetry={() => void loadBuckets()} />
        ) : load.phase === 'ready' ? (
          <EmptyState title={words.emptyTitle}>{words.empty}</EmptyState>
        ) : (
          <Skeleton />
        )}
      </>
    )
  }
  const open = (next: string | undefined) => {
    if (next !== undefined) navigateTo(addressOf(bucket, prefix, next).slice(2))
  }
  const marked = selected.size > 0 ? [...selected] : key === undefined ? [] : [key]
  return (
    <>
      <Head
        title={words.title}
        sub={words.sub(isEmbedded ? words.embedded : words.s3, formatNoun(list.length, 'bucket'))}
      >
        <SidePaneButton label={words.preview} icon="doc" />
        <Button className="hide-1280" icon="settings" onClick={() => setDialog('settings')}>
          {words.settings}
        </Button>
        <CopyButton size="md" label={words.copySql} text={words.sql(bucket, prefix)} />
        {marked.length > 0 && (
          <Button kind="danger" onClick={() => setDialog('delete')}>
            {words.deleteTitle(formatNoun(marked.length, 'object'))}
          </Button>
        )}
        {key !== undefined && (
          <>
            <Button className="hide-1280" icon="link" onClick={() => void copyLink(bucket, key)}>
              {words.presign}
            </Button>
            <Button icon="download" onClick={() => void download(bucket, key)}>
              {words.download}
            </Button>
          </>
        )}
        <MoreMenu
          items={[
            { label: words.settings, icon: 'settings', onClick: () => setDialog('settings') },
            ...(key === undefined
              ? []
              : [{ label: words.presign, icon: 'link', onClick: () => void copyLink(bucket, key) } as const]),
          ]}
        />
      </Head>
      <div className="bk">
        <Tree buckets={list} bucket={bucket} prefix={prefix} isEmbedded={isEmbedded} />
        <ObjectList
          bucket={bucket}
          prefix={prefix}
          current={key}
          selected={selected}
          onSelect={setSelected}
          onOpen={open}
          onTable={() => setDialog('table')}
        />
        <Preview bucket={bucket} objectKey={key} />
      </div>
      {dialog === 'table' && <TableDialog bucket={bucket} prefix={prefix} onClose={close} />}
      {dialog === 'settings' && <SettingsDialog bucket={bucket} onClose={close} />}
      {dialog === 'delete' && (
        <DeleteDialog
          bucket={bucket}
          keys={marked}
          onClose={close}
          onDone={() => {
            setSelected(new Set())
            void openPrefix(bucket, prefix)
          }}
        />
      )}
    </>
  )
}

async function download(bucket: string, key: string): Promise<void> {
  try {
    const file = await downloadObject(bucket, key)
    downloadFile(lastPart(file.name), file.contentType, file.bytes)
  } catch (error) {
    showFailure(words.downloadFailed, error)
  }
}

async function copyLink(bucket: string, key: string): Promise<void> {
  try {
    await copyText(await presignObject(bucket, key, LINK_SECONDS))
    showToast({ state: 'ok', title: words.presigned(LINK_SECONDS / 60) })
  } catch (error) {
    const { message, hint } = errorToData(error)
    showToast({ state: 'bad', title: words.presignFailed, text: hint === undefined ? message : `${message} ${hint}` })
  }
}
