import { z } from 'zod'

export interface Rectangle {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Where a window is; no position lets the system choose. */
export interface WindowState {
  readonly width: number
  readonly height: number
  readonly x?: number
  readonly y?: number
  readonly isMaximized: boolean
}

export const MIN_WIDTH = 960
export const MIN_HEIGHT = 640
export const FIRST_STATE: WindowState = { width: 1440, height: 900, isMaximized: false }
/** So much of the title bar must be on a display that a person can grab it. */
const GRAB_WIDTH = 120
const GRAB_HEIGHT = 40

const whole = z.number().int().min(-100_000).max(100_000)
const schema = z.object({
  width: whole,
  height: whole,
  x: whole.optional(),
  y: whole.optional(),
  isMaximized: z.boolean(),
})

/**
 * The state to open with, made from what was stored and the displays there are now: a size that fits the largest display, a
 * position only when the window could still be grabbed there. Anything unreadable gives the first state.
 */
export function restoreWindowState(stored: unknown, displays: readonly Rectangle[]): WindowState {
  const parsed = schema.safeParse(stored)
  if (!parsed.success) return fit(FIRST_STATE, displays)
  const { x, y, ...rest } = parsed.data
  const sized = fit(rest, displays)
  if (x === undefined || y === undefined || !displays.some((display) => canGrab({ ...sized, x, y }, display)))
    return sized
  return { ...sized, x, y }
}

function fit(state: WindowState, displays: readonly Rectangle[]): WindowState {
  const widest = Math.max(MIN_WIDTH, ...displays.map((display) => display.width))
  const highest = Math.max(MIN_HEIGHT, ...displays.map((display) => display.height))
  return {
    width: Math.min(Math.max(state.width, MIN_WIDTH), widest),
    height: Math.min(Math.max(state.height, MIN_HEIGHT), highest),
    isMaximized: state.isMaximized,
  }
}

function canGrab(window: Rectangle, display: Rectangle): boolean {
  const visible = Math.min(window.x + window.width, display.x + display.width) - Math.max(window.x, display.x)
  return visible >= GRAB_WIDTH && window.y >= display.y && window.y + GRAB_HEIGHT <= display.y + display.height
}
