import { useCallback, useSyncExternalStore } from 'react'

const TICK_MS = 1000
/** Clocks closer than this count as the same; a smaller difference is the way of the message. */
const TOLERATED_SKEW_MS = 1500

let skewMs = 0
let nowMs = Date.now()
let timer: ReturnType<typeof setInterval> | undefined
const listeners = new Set<() => void>()

/** The engine's time as this window knows it, epoch milliseconds; moves once a second while the window is visible. */
export function now(): number {
  return listeners.size === 0 ? Date.now() + skewMs : nowMs
}

/** Takes over the engine's clock when it differs from this computer's: ages are counted from the engine's times. */
export function syncClock(engineNowMs: number): void {
  const skew = engineNowMs - Date.now()
  if (Math.abs(skew - skewMs) < TOLERATED_SKEW_MS) return
  skewMs = Math.abs(skew) < TOLERATED_SKEW_MS ? 0 : skew
  if (listeners.size > 0) tick()
}

function tick(): void {
  nowMs = Date.now() + skewMs
  for (const listener of listeners) listener()
}

function run(): void {
  const isWanted = listeners.size > 0 && document.visibilityState === 'visible'
  if (isWanted && timer === undefined) {
    nowMs = Date.now() + skewMs
    timer = setInterval(tick, TICK_MS)
  } else if (!isWanted && timer !== undefined) {
    clearInterval(timer)
    timer = undefined
  }
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) document.addEventListener('visibilitychange', onVisibility)
  listeners.add(listener)
  run()
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) document.removeEventListener('visibilitychange', onVisibility)
    run()
  }
}

function onVisibility(): void {
  run()
  if (document.visibilityState === 'visible') tick()
}

/** What `select` makes of the present time; the component renders again only when that value changes. */
export function useNow<T extends string | number | boolean | undefined>(select: (nowMs: number) => T): T {
  const read = useCallback(() => select(now()), [select])
  return useSyncExternalStore(subscribe, read)
}
