import { FieldgateError } from '../../../../shared/domain/errors.ts'
import type { LedgerConnection } from './connection.ts'

export interface Lease {
  readonly nodeId: string
  readonly token: string
  readonly pid: number
  readonly host: string
  readonly acquiredAtMs: number
  readonly expiresAtMs: number
}

interface LeaseRow {
  node_id: string
  token: string
  pid: number
  host: string
  acquired_at_ms: number
  expires_at_ms: number
}

function toLease(row: LeaseRow): Lease {
  return {
    nodeId: row.node_id,
    token: row.token,
    pid: row.pid,
    host: row.host,
    acquiredAtMs: row.acquired_at_ms,
    expiresAtMs: row.expires_at_ms,
  }
}

/** Who holds a node, whether or not the lease has run out; undefined when nobody does. */
export function readLease(ledger: LedgerConnection, nodeId: string): Lease | undefined {
  const row = ledger.sql('SELECT * FROM leases WHERE node_id = ?').get(nodeId) as LeaseRow | undefined
  return row === undefined ? undefined : toLease(row)
}

/**
 * Takes or renews the right to upload a node; returns the lease in force afterwards, which may be somebody else's.
 * A lease falls to the next asker when it expired, or when `isAlive` says its process on this host is gone.
 */
export function takeLease(
  ledger: LedgerConnection,
  wanted: { nodeId: string; token: string; pid: number; host: string; nowMs: number; ttlMs: number },
  isAlive: (pid: number) => boolean,
): Lease {
  return ledger.write(() => {
    const held = readLease(ledger, wanted.nodeId)
    const mine = held?.token === wanted.token
    // Far from its end it is not written again: a pass over an idle node then costs no fsync.
    if (held !== undefined && mine && held.expiresAtMs - wanted.nowMs > wanted.ttlMs / 2) return held
    if (held !== undefined && !mine && held.expiresAtMs > wanted.nowMs) {
      if (held.host !== wanted.host || isAlive(held.pid)) return held
    }
    const lease: Lease = {
      nodeId: wanted.nodeId,
      token: wanted.token,
      pid: wanted.pid,
      host: wanted.host,
      acquiredAtMs: mine && held !== undefined ? held.acquiredAtMs : wanted.nowMs,
      expiresAtMs: wanted.nowMs + wanted.ttlMs,
    }
    ledger
      .sql('INSERT OR REPLACE INTO leases VALUES (?, ?, ?, ?, ?, ?)')
      .run(lease.nodeId, lease.token, lease.pid, lease.host, lease.acquiredAtMs, lease.expiresAtMs)
    return lease
  })
}

/** Gives leases back; only those still held under this token. */
export function releaseLeases(ledger: LedgerConnection, token: string): void {
  ledger.write(() => ledger.sql('DELETE FROM leases WHERE token = ?').run(token))
}

/**
 * Runs `work` in one transaction, only while the token holds the node's lease; else throws `conflict`. So a runner that
 * slept through its lease cannot change what the next one is working on.
 */
export function underLease<T>(ledger: LedgerConnection, nodeId: string, token: string, work: () => T): T {
  return ledger.write(() => {
    if (readLease(ledger, nodeId)?.token !== token) {
      throw new FieldgateError('conflict', `Node ${nodeId} is uploaded by another runner now.`, {
        hint: 'This runner lost its lease while it was suspended; it stops working on the node.',
        retryable: true,
      })
    }
    return work()
  })
}
