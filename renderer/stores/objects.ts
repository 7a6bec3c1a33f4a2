import { create } from 'zustand'
import type {
  BucketInfo,
  BucketSetting,
  FileContent,
  ObjectDetail,
  ObjectInfo,
  ObjectPreview,
  ObjectTable,
  ObjectVersion,
} from '../../shared/domain/objects.ts'
import { call, on } from '../client/client.ts'
import { whenReconnected } from './connection.ts'
import { IDLE, failedFrom, isCancelled, loadingFrom, readyNow } from './loadState.ts'
import type { LoadState } from './loadState.ts'

const PAGE = 1000
/** Pages read ahead without a scroll: the list is useful at once, a bucket of a million keys is never read whole. */
const PAGES_AT_FIRST = 3

interface BucketsState {
  readonly load: LoadState
  readonly list: readonly BucketInfo[]
}

/** The buckets of the store. */
export const useBuckets = create<BucketsState>(() => ({ load: IDLE, list: [] }))

export async function loadBuckets(): Promise<void> {
  useBuckets.setState((state) => ({ load: loadingFrom(state.load) }))
  try {
    useBuckets.setState({ list: await call('objects.buckets', {}), load: readyNow() })
  } catch (error) {
    useBuckets.setState((state) => ({ load: failedFrom(state.load, error) }))
  }
}

/** Reads the buckets, and again when something was put into one that is not on the list yet. Returns the undo. */
export function followBuckets(): () => void {
  const stop = on('executions.changed', ({ state, bucket, bytes }) => {
    const { list, load } = useBuckets.getState()
    if (state !== 'succeeded' || bytes === 0 || load.phase === 'loading') return
    if (!list.some((known) => known.name === bucket)) void loadBuckets()
  })
  const stopReconnect = whenReconnected(() => void loadBuckets())
  void loadBuckets()
  return () => {
    stop()
    stopReconnect()
  }
}

export interface Branch {
  readonly load: LoadState
  readonly prefixes: readonly string[]
  readonly nextToken: string | undefined
}

const EMPTY_BRANCH: Branch = { load: IDLE, prefixes: [], nextToken: undefined }

/** Prefixes below a prefix, by `bucket/prefix`, read when a branch is opened. */
export const useBranches = create<{ readonly byPath: ReadonlyMap<string, Branch> }>(() => ({ byPath: new Map() }))

function setBranch(path: string, change: (branch: Branch) => Branch): void {
  useBranches.setState(({ byPath }) => ({
    byPath: new Map(byPath).set(path, change(byPath.get(path) ?? EMPTY_BRANCH)),
  }))
}

/** Reads the prefixes below one, the next page when there is one. */
export async function loadBranch(bucket: string, prefix: string): Promise<void> {
  const path = `${bucket}/${prefix}`
  const token = useBranches.getState().byPath.get(path)?.nextToken
  setBranch(path, (branch) => ({ ...branch, load: loadingFrom(branch.load) }))
  try {
    const page = await call('objects.list', { bucket, prefix, delimiter: '/', maxKeys: PAGE, token })
    setBranch(path, (branch) => ({
      load: readyNow(),
      prefixes: [...new Set([...(token === undefined ? [] : branch.prefixes), ...page.prefixes])],
      nextToken: page.nextToken,
    }))
  } catch (error) {
    setBranch(path, (branch) => ({ ...branch, load: failedFrom(branch.load, error) }))
  }
}

interface ListState {
  readonly place: string
  readonly load: LoadState
  readonly objects: readonly ObjectInfo[]
  readonly nextToken: string | undefined
  /** How long the first page took. */
  readonly firstPageMs: number | undefined
}

/** Objects under the open prefix, page by page. */
export const useObjects = create<ListState>(() => ({
  place: '',
  load: IDLE,
  objects: [],
  nextToken: undefined,
  firstPageMs: undefined,
}))

let listing: AbortController | undefined

/** Lists a prefix anew; pages keep coming until a few are there. The list before is given up. */
export async function openPrefix(bucket: string, prefix: string): Promise<void> {
  listing?.abort()
  listing = new AbortController()
  const mine = listing
  const place = `${bucket}/${prefix}`
  useObjects.setState((state) =>
    state.place === place
      ? { load: loadingFrom(state.load) }
      : { place, load: { phase: 'loading' }, objects: [], nextToken: undefined, firstPageMs: undefined },
  )
  const startedAt = performance.now()
  let token: string | undefined
  let objects: readonly ObjectInfo[] = []
  try {
    for (let page = 0; page < PAGES_AT_FIRST; page++) {
      const found = await call('objects.list', { bucket, prefix, maxKeys: PAGE, token }, mine.signal)
      if (mine.signal.aborted) return
      objects = [...objects, ...found.objects]
      token = found.nextToken
      const firstPageMs = page === 0 ? performance.now() - startedAt : useObjects.getState().firstPageMs
      useObjects.setState({ objects, nextToken: token, load: readyNow(), firstPageMs })
      if (token === undefined) return
    }
  } catch (error) {
    if (!isCancelled(error)) useObjects.setState((state) => ({ load: failedFrom(state.load, error) }))
  }
}

let isLoadingMore = false

/** Reads the next page of the open prefix, if there is one. */
export async function loadMoreObjects(bucket: string, prefix: string): Promise<void> {
  const { nextToken, place } = useObjects.getState()
  if (nextToken === undefined || isLoadingMore || place !== `${bucket}/${prefix}`) return
  isLoadingMore = true
  try {
    const page = await call('objects.list', { bucket, prefix, maxKeys: PAGE, token: nextToken }, listing?.signal)
    useObjects.setState((state) =>
      state.place === place ? { objects: [...state.objects, ...page.objects], nextToken: page.nextToken } : state,
    )
  } catch (error) {
    if (!isCancelled(error)) useObjects.setState((state) => ({ load: failedFrom(state.load, error) }))
  } finally {
    isLoadingMore = false
  }
}

export function headObject(bucket: string, key: string, signal: AbortSignal): Promise<ObjectDetail> {
  return call('objects.head', { bucket, key }, signal)
}

/** Footer of a Parquet object and a window of its rows. */
export function previewObject(
  bucket: string,
  key: string,
  rows: { readonly start: number; readonly count: number },
  signal: AbortSignal,
): Promise<ObjectPreview> {
  return call('objects.preview', { bucket, key, rowStart: rows.start, rowCount: rows.count }, signal)
}

export function listVersions(bucket: string, key: string): Promise<readonly ObjectVersion[]> {
  return call('objects.versions', { bucket, key })
}

/** Several objects as one table. */
export function readTable(bucket: string, prefix: string, rowStart: number, rowCount: number): Promise<ObjectTable> {
  return call('objects.table', { bucket, prefix, rowStart, rowCount })
}

export function downloadObject(bucket: string, key: string): Promise<FileContent> {
  return call('objects.download', { bucket, key })
}

export async function presignObject(bucket: string, key: string, seconds: number): Promise<string> {
  return (await call('objects.presign', { bucket, key, seconds })).url
}

/** Deletes exactly these objects; `confirm` must be their number. */
export async function deleteObjects(bucket: string, keys: readonly string[], by: string): Promise<number> {
  return (await call('objects.delete', { bucket, keys: [...keys], confirm: keys.length, by })).deleted
}

export function readBucketSettings(bucket: string): Promise<readonly BucketSetting[]> {
  return call('objects.settings', { bucket })
}
