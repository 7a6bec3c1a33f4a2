/** Where the cursor goes for a key, or undefined when the key does not move it. Starts at the top from nowhere (-1). */
export function nextCursor(
  key: string,
  isCommand: boolean,
  cursor: number,
  count: number,
  page: number,
): number | undefined {
  const last = count - 1
  if (last < 0) return undefined
  const clamp = (index: number) => Math.min(last, Math.max(0, index))
  switch (key) {
    case 'ArrowDown':
      return isCommand ? last : clamp(cursor + 1)
    case 'ArrowUp':
      return isCommand ? 0 : clamp(cursor - 1)
    case 'PageDown':
      return clamp(cursor + page)
    case 'PageUp':
      return clamp(cursor - page)
    case 'Home':
      return 0
    case 'End':
      return last
    default:
      return undefined
  }
}
