/** Pairs of line indexes of a longest common subsequence, ascending. */
function matchLines(old: readonly string[], now: readonly string[]): readonly (readonly [number, number])[] {
  const width = now.length + 1
  const common = new Uint32Array((old.length + 1) * width)
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = now.length - 1; j >= 0; j--) {
      common[i * width + j] =
        old[i] === now[j]
          ? (common[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(common[(i + 1) * width + j] ?? 0, common[i * width + j + 1] ?? 0)
    }
  }
  const pairs: [number, number][] = []
  for (let i = 0, j = 0; i < old.length && j < now.length;) {
    if (old[i] === now[j]) pairs.push([i++, j++])
    else if ((common[(i + 1) * width + j] ?? 0) >= (common[i * width + j + 1] ?? 0)) i++
    else j++
  }
  return pairs
}

/** 1-based numbers of the lines of `after` that are new or different. An empty line at the very end does not count. */
export function changedLines(before: string, after: string): readonly number[] {
  const now = after.split('\n')
  const same = new Set(matchLines(before.split('\n'), now).map(([, at]) => at))
  return now.flatMap((line, at) => (same.has(at) || (line === '' && at === now.length - 1) ? [] : [at + 1]))
}

/** The new lines, each taken from the old ones where the two differ in spacing only. */
export function keepSpacing(old: readonly string[], now: readonly string[]): readonly string[] {
  const bare = (line: string): string => line.replace(/\s+/g, '')
  const kept = [...now]
  for (const [from, to] of matchLines(old.map(bare), now.map(bare))) kept[to] = old[from] ?? ''
  return kept
}
