import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** Where a connection is cut: after so many bytes of a request body, or after the last one before the reply. */
export type CutAt = 'first' | 'middle' | 'last' | 'beforeReply'

export interface CutProxy {
  readonly endpoint: string
  /** Cuts the next PUT of an object there; undefined lets everything pass. */
  cutNext(at: CutAt | undefined): void
  readonly cuts: () => number
}

/** A TCP proxy before an S3 endpoint. It knows of HTTP only where the body of a PUT begins and ends. */
export async function openCutProxy(target: string): Promise<CutProxy> {
  const { hostname, port } = new URL(target)
  const sockets = new Set<Socket>()
  let cut: CutAt | undefined
  let cuts = 0
  const server = createServer((client) => {
    const store = connect(Number(port), hostname)
    for (const socket of [client, store]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        client.destroy()
        store.destroy()
      })
    }
    const strike = (): void => {
      cuts++
      client.destroy()
      store.destroy()
    }
    let pending = Buffer.alloc(0)
    let left = 0
    let strikeAt = Number.POSITIVE_INFINITY
    let muted = false
    /** Passes bytes of a body on; strikes where it is to be cut. */
    const passBody = (bytes: Buffer): void => {
      left -= bytes.length
      if (!muted && bytes.length >= strikeAt) {
        store.write(bytes.subarray(0, strikeAt), strike)
        strikeAt = Number.POSITIVE_INFINITY
        return
      }
      strikeAt -= bytes.length
      store.write(bytes)
    }
    const readHead = (head: string): void => {
      left = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0)
      if (cut === undefined || left === 0 || !/^PUT [^ ]+\.parquet/.test(head)) return
      strikeAt = { first: 1, middle: left >> 1, last: left - 1, beforeReply: Number.POSITIVE_INFINITY }[cut]
      muted = cut === 'beforeReply'
      cut = undefined
    }
    client.on('data', (bytes: Buffer) => {
      pending = Buffer.concat([pending, bytes])
      while (pending.length > 0) {
        if (left > 0) {
          const body = pending.subarray(0, left)
          pending = pending.subarray(body.length)
          passBody(body)
          continue
        }
        const end = pending.indexOf('\r\n\r\n')
        if (end < 0) return
        // A proxy is asked with the whole address; the store wants the path.
        const head = pending.toString('latin1', 0, end + 4).replace(/^([A-Z]+) http:\/\/[^/ ]+/, '$1 ')
        pending = pending.subarray(end + 4)
        store.write(head, 'latin1')
        readHead(head)
      }
    })
    store.on('data', (bytes: Buffer) => {
      if (muted && /^HTTP\/1\.1 [2-5]/.test(bytes.toString('latin1', 0, 12)) && !isContinue(bytes)) strike()
      else client.write(bytes)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cutNext: (at) => {
      cut = at
    },
    cuts: () => cuts,
  }
}

function isContinue(bytes: Buffer): boolean {
  return bytes.toString('latin1', 9, 12) === '100'
}
