import type { ObjectStore } from '../objects/port.ts'

/** Names and sizes of all objects under a prefix. */
export async function listAll(
  store: ObjectStore,
  bucket: string,
  prefix: string,
  signal: AbortSignal,
): Promise<readonly { readonly key: string; readonly etag: string; readonly bytes: number }[]> {
  const found: { readonly key: string; readonly etag: string; readonly bytes: number }[] = []
  let token: string | undefined
  do {
    signal.throwIfAborted()
    const page = await store.list({ bucket, prefix, token, signal })
    found.push(...page.objects)
    token = page.nextToken
  } while (token !== undefined)
  return found
}
