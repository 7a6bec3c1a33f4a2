import type { LampState } from '../../shared/domain/lampTypes.ts'

const states: Readonly<Record<LampState, string>> = {
  ok: 'good',
  warn: 'late',
  bad: 'stalled',
  off: 'away',
  hold: 'held',
  none: 'unknown',
}

/** Words used on more than one screen. */
export const common = {
  lamp: { states, unknown: 'unknown' },
  drain: {
    none: 'no new rows',
    keepingUp: 'keeping up',
    afterLink: (time: string) => `${time} after link`,
    onceLink: 'after link',
    stalled: 'stalled',
    paused: 'after resume',
    growing: 'growing',
    unknown: 'measuring',
    drained: 'drained',
  },
  table: {
    columns: 'Columns',
    selectAll: 'Select all rows',
    resetColumns: 'Reset columns',
    moveUp: (label: string) => `Move ${label} to the left`,
    sortBy: (label: string) => `Sort by ${label}`,
    nothing: 'No rows',
  },
  actions: {
    csv: 'CSV',
    copyCli: 'Copy as CLI',
    copied: 'Copied',
    copy: 'Copy',
    retryNow: 'Retry now',
    discard: 'Discard',
    close: 'Close',
    clear: 'Clear',
    undo: 'Undo',
    cancel: 'Cancel',
    more: 'More actions',
  },
  load: {
    loading: 'Loading',
    failed: 'The data did not load',
    nextTry: 'Next try in',
    tryingNow: 'Next try now',
    asOf: (time: string) => `As of ${time}`,
  },
} as const
