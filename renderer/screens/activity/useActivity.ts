import { useEffect, useMemo, useState } from 'react'
import { useAttention } from '../../stores/attention.ts'
import { followAudit, loadAudit, useAudit } from '../../stores/audit.ts'
import { whenReconnected } from '../../stores/connection.ts'
import { followExecutions, loadExecutions, useExecutions } from '../../stores/executions.ts'
import { changeRow, executionRow, waitRow } from './activityRows.ts'
import type { ActivityRow } from './activityRows.ts'

export type ActivityKind = 'all' | 'executions' | 'changes'

interface Activity {
  readonly rows: readonly ActivityRow[]
  /** Executions that were claimed today, of those on hand. */
  readonly today: number
  readonly hasMoreToday: boolean
}

/** The stream, newest first; held, it stays as it was while new entries wait. */
export function useActivity(kind: ActivityKind, isHeld: boolean): Activity {
  const executions = useExecutions((state) => state.list)
  const hasOlder = useExecutions((state) => state.hasOlder)
  const records = useAudit((state) => state.records)
  const entries = useAttention((state) => state.entries)
  useEffect(() => {
    const stops = [
      followExecutions(),
      followAudit(),
      whenReconnected(() => void loadExecutions()),
      whenReconnected(() => void loadAudit()),
    ]
    return () => {
      for (const stop of stops) stop()
    }
  }, [])
  const live = useMemo(() => {
    const rows: ActivityRow[] = []
    if (kind !== 'changes') rows.push(...executions.map(executionRow))
    if (kind !== 'executions') rows.push(...records.map(changeRow))
    if (kind === 'all') rows.push(...entries.filter(({ severity }) => severity === 'off').map(waitRow))
    const midnight = new Date().setHours(0, 0, 0, 0)
    const today = executions.filter(({ claimedAtMs }) => claimedAtMs >= midnight).length
    return { rows, today, hasMoreToday: hasOlder && today === executions.length }
  }, [kind, executions, records, entries, hasOlder])
  const [held, setHeld] = useState<Activity>()
  useEffect(() => setHeld(isHeld ? live : undefined), [isHeld, kind]) // oxlint-disable-line react/exhaustive-deps -- the moment of holding decides
  return held ?? live
}
