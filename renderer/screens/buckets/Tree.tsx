import { useEffect, useState } from 'react'
import type { KeyboardEvent } from 'react'
import type { BucketInfo } from '../../../shared/domain/objects.ts'
import { loadBranch, useBranches } from '../../stores/objects.ts'
import { messages } from '../../text/messages.ts'
import { Icon } from '../../ui/Icon.tsx'
import { TypeGlyph, typeKind } from '../../ui/marks/TypeTag.tsx'
import { addressOf, lastPart } from './place.ts'

const words = messages.buckets

interface TreeProps {
  readonly buckets: readonly BucketInfo[]
  readonly bucket: string | undefined
  readonly prefix: string
  readonly isEmbedded: boolean
}

/** Buckets and their prefixes, each level read when it is opened. Arrows move, right opens, left closes. */
export function Tree({ buckets, bucket, prefix, isEmbedded }: TreeProps) {
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
    const items = [...event.currentTarget.querySelectorAll<HTMLElement>('[role="treeitem"]')]
    const at = items.indexOf(document.activeElement as HTMLElement)
    items[at + (event.key === 'ArrowDown' ? 1 : -1)]?.focus()
    event.preventDefault()
  }
  return (
    <section className="pane bk-tree">
      <div role="tree" tabIndex={-1} aria-label={words.tree} onKeyDown={onKeyDown}>
        {buckets.map((info) => (
          <BranchItem
            key={info.name}
            bucket={info.name}
            prefix=""
            depth={0}
            label={info.name}
            type={info.routes[0]}
            open={{ bucket, prefix }}
          />
        ))}
      </div>
      {isEmbedded && (
        <div className="note bk-note">
          <Icon name="info" size={14} />
          <span>{words.recorded}</span>
        </div>
      )}
    </section>
  )
}

interface BranchProps {
  readonly bucket: string
  readonly prefix: string
  readonly depth: number
  readonly label: string
  readonly type?: string | undefined
  readonly open: { readonly bucket: string | undefined; readonly prefix: string }
}

function BranchItem({ bucket, prefix, depth, label, type, open }: BranchProps) {
  const isOnPath = open.bucket === bucket && open.prefix.startsWith(prefix)
  const isCurrent = open.bucket === bucket && open.prefix === prefix
  const [isOpen, setOpen] = useState(isOnPath)
  const branch = useBranches((state) => state.byPath.get(`${bucket}/${prefix}`))
  useEffect(() => {
    if (isOnPath) setOpen(true)
  }, [isOnPath])
  useEffect(() => {
    if (isOpen && branch === undefined) void loadBranch(bucket, prefix)
  }, [isOpen, branch, bucket, prefix])
  const isLeaf = branch?.load.phase === 'ready' && branch.prefixes.length === 0
  return (
    <>
      <a
        role="treeitem"
        aria-selected={isCurrent}
        aria-expanded={isLeaf ? undefined : isOpen}
        aria-level={depth + 1}
        href={addressOf(bucket, prefix)}
        className={`${depth === 0 ? 'bk-bucket' : 'bk-branch'}${isCurrent ? ' on' : ''}${type === undefined ? '' : ` type-${typeKind(type)}`}`}
        style={{ paddingLeft: 10 + depth * 14 }}
        onClick={() => setOpen((before) => (isCurrent ? !before : true))}
        onKeyDown={(event) => {
          if (event.key === 'ArrowRight') setOpen(true)
          if (event.key === 'ArrowLeft') setOpen(false)
        }}
      >
        {depth === 0 ? (
          <TypeGlyph type={type ?? 'custom'} />
        ) : (
          <Icon name={isLeaf ? 'folder' : isOpen ? 'down' : 'right'} size={12} />
        )}
        <span className="ell grow">{label}</span>
      </a>
      {isOpen &&
        branch?.prefixes.map((child) => (
          <BranchItem
            key={child}
            bucket={bucket}
            prefix={child}
            depth={depth + 1}
            label={lastPart(child)}
            open={open}
          />
        ))}
      {isOpen && branch?.nextToken !== undefined && (
        <button
          type="button"
          className="bk-branch bare t3"
          style={{ paddingLeft: 24 + depth * 14 }}
          onClick={() => void loadBranch(bucket, prefix)}
        >
          {words.more}
        </button>
      )}
      {isOpen && branch?.load.phase === 'failed' && (
        <span className="bk-branch c-bad ell" role="alert" style={{ paddingLeft: 24 + depth * 14 }}>
          {branch.load.error.message}
        </span>
      )}
    </>
  )
}
