/** A time of day, hours and minutes of the local clock: `22:00`. */
export const TIME_OF_DAY = /^([01]\d|2[0-3]):[0-5]\d$/

/** What the desktop app interrupts a person for, on this computer. */
export interface NotificationChoices {
  /** A node switched to emergency. */
  readonly emergency: boolean
  /** Something stands still and has a remedy. */
  readonly stalls: boolean
  /** From when to when only emergencies are told; over midnight when `from` is later than `to`. Null: never quiet. */
  readonly quiet: { readonly from: string; readonly to: string } | null
}

export const DEFAULT_NOTIFICATIONS: NotificationChoices = { emergency: true, stalls: true, quiet: null }

/** Whether a minute of the day, 0 to 1,439, lies in the quiet hours; the end itself does not. */
export function isQuiet(quiet: NotificationChoices['quiet'], minute: number): boolean {
  if (quiet === null) return false
  const from = minuteOf(quiet.from)
  const to = minuteOf(quiet.to)
  return from <= to ? minute >= from && minute < to : minute >= from || minute < to
}

function minuteOf(time: string): number {
  const [hours = '0', minutes = '0'] = time.split(':')
  return Number(hours) * 60 + Number(minutes)
}
