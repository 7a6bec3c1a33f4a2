/** Lets at most `capacity` holders in at a time; among those waiting, the lowest priority number goes first. */
export interface Gate {
  /** Resolves with the function that gives the place back. */
  enter(priority: number): Promise<() => void>
}

/**
 * A gate that keeps `reserved` of its places for priority 1, so that urgent work never waits for a full backlog.
 */
export function createGate(capacity: number, reserved = 0): Gate {
  const waiting: { readonly priority: number; readonly order: number; readonly admit: () => void }[] = []
  let busy = 0
  let order = 0
  const placesFor = (priority: number): number => (priority <= 1 ? capacity : Math.max(1, capacity - reserved))
  const leave = (): void => {
    busy--
    admitNext()
  }
  const admitNext = (): void => {
    waiting.sort((a, b) => a.priority - b.priority || a.order - b.order)
    while (waiting.length > 0 && busy < placesFor((waiting[0] as { priority: number }).priority)) {
      busy++
      waiting.shift()?.admit()
    }
  }
  return {
    enter: (priority) =>
      new Promise((resolve) => {
        let left = false
        waiting.push({
          priority,
          order: order++,
          admit: () =>
            resolve(() => {
              if (left) return
              left = true
              leave()
            }),
        })
        admitNext()
      }),
  }
}
