import { readFile } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
}

/**
 * The file inside `root` that a URL path names, or undefined when it would leave `root`, is malformed, or has a type the
 * window does not use. `/` names index.html.
 */
export function resolveStaticFile(root: string, urlPath: string): string | undefined {
  const path = decode(urlPath)
  if (path === undefined || !path.startsWith('/') || /[\0\\:]/.test(path)) return undefined
  const segments = path.split('/')
  if (
    segments.some((segment) => segment === '..' || segment === '.' || (segment.startsWith('.') && segment.length > 1))
  ) {
    return undefined
  }
  const file = normalize(join(root, path.endsWith('/') ? `${path}index.html` : path))
  const base = normalize(root.endsWith(sep) ? root : root + sep)
  if (!file.startsWith(base)) return undefined
  return Object.hasOwn(CONTENT_TYPES, extname(file)) ? file : undefined
}

function decode(urlPath: string): string | undefined {
  try {
    return decodeURIComponent(urlPath)
  } catch {
    return undefined
  }
}

export interface StaticReply {
  readonly status: 200 | 404
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array<ArrayBuffer>
}

/** Reads a file of the window. Names that carry a content hash may be kept for ever, others are asked for anew. */
export async function readStaticFile(root: string, urlPath: string): Promise<StaticReply> {
  const file = resolveStaticFile(root, urlPath)
  const body = file === undefined ? undefined : await readFile(file).catch(() => undefined)
  if (file === undefined || body === undefined) {
    return {
      status: 404,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: new TextEncoder().encode('Not found.\n'),
    }
  }
  const isHashed = /-[A-Za-z0-9_-]{8}\.[a-z0-9]+$/.test(file)
  return {
    status: 200,
    headers: {
      'content-type': CONTENT_TYPES[extname(file)] ?? 'application/octet-stream',
      'cache-control': isHashed ? 'public, max-age=31536000, immutable' : 'no-store',
    },
    body: new Uint8Array(body),
  }
}
