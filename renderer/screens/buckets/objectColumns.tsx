import { parseObjectKey } from '../../../shared/domain/objectKey.ts'
import type { ObjectInfo } from '../../../shared/domain/objects.ts'
import { messages } from '../../text/messages.ts'
import { now } from '../../ui/clock.ts'
import { formatBytes, formatCount, formatMoment } from '../../ui/format.ts'
import type { Column } from '../../ui/table/columns.ts'
import { objectLabel, sequenceCount, sequencesOf } from './place.ts'

const words = messages.buckets.columns

/** Columns of the object list. */
export const OBJECT_COLUMNS: readonly Column<ObjectInfo>[] = [
  {
    id: 'object',
    label: words.object,
    width: 104,
    grows: true,
    cell: (object) => (
      <span className="mono" title={object.key}>
        {objectLabel(object.key)}
      </span>
    ),
    value: (object) => object.key,
  },
  {
    id: 'node',
    label: words.node,
    width: 96,
    cell: (object) => <span className="ell">{parseObjectKey(object.key)?.node}</span>,
    value: (object) => parseObjectKey(object.key)?.node,
  },
  {
    id: 'epoch',
    label: words.epoch,
    width: 110,
    isHiddenAtFirst: true,
    cell: (object) => <span className="mono t2">{parseObjectKey(object.key)?.epoch}</span>,
    value: (object) => parseObjectKey(object.key)?.epoch,
  },
  {
    id: 'sequences',
    label: words.rows,
    width: 78,
    align: 'right',
    cell: (object) => {
      const count = sequenceCount(object.key)
      return <span title={sequencesOf(object.key)}>{count === undefined ? '' : formatCount(count)}</span>
    },
    value: (object) => sequenceCount(object.key),
  },
  {
    id: 'size',
    label: words.size,
    width: 74,
    align: 'right',
    isDescendingFirst: true,
    cell: (object) => formatBytes(object.bytes),
    value: (object) => object.bytes,
  },
  {
    id: 'sealed',
    label: words.sealed,
    width: 96,
    isDescendingFirst: true,
    cell: (object) => <span className="t2">{formatMoment(object.lastModifiedMs, now())}</span>,
    value: (object) => object.lastModifiedMs,
    csv: (object) => new Date(object.lastModifiedMs).toISOString(),
  },
]
