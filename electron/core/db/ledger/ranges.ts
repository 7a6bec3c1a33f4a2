/** Sequences from `fromSeq` to `toSeq`, both included. */
export interface Range {
  readonly fromSeq: number
  readonly toSeq: number
}

/** Ranges in order, touching ones joined. */
export function joinRanges(ranges: readonly Range[]): readonly Range[] {
  const joined: { fromSeq: number; toSeq: number }[] = []
  for (const { fromSeq, toSeq } of ranges.toSorted((a, b) => a.fromSeq - b.fromSeq)) {
    const last = joined.at(-1)
    if (last !== undefined && fromSeq <= last.toSeq + 1) last.toSeq = Math.max(last.toSeq, toSeq)
    else joined.push({ fromSeq, toSeq })
  }
  return joined
}

/** What is in `ranges` and in none of `taken`, in order. Empty ranges come out as nothing. */
export function subtractRanges(ranges: readonly Range[], taken: readonly Range[]): readonly Range[] {
  const left: Range[] = []
  const removed = joinRanges(taken)
  for (const { fromSeq, toSeq } of joinRanges(ranges.filter((range) => range.fromSeq <= range.toSeq))) {
    let next = fromSeq
    for (const gone of removed) {
      if (gone.toSeq < next) continue
      if (gone.fromSeq > toSeq) break
      if (gone.fromSeq > next) left.push({ fromSeq: next, toSeq: gone.fromSeq - 1 })
      next = gone.toSeq + 1
    }
    if (next <= toSeq) left.push({ fromSeq: next, toSeq })
  }
  return left
}
