const FORM = /^(\d{1,9})\.(\d{1,9})\.(\d{1,9})(?:-([0-9A-Za-z.-]{1,64}))?$/

/** Whether a text is a version as Fieldgate numbers them: `1.2.3` or `1.2.3-beta.1`. */
export function isVersion(text: string): boolean {
  return FORM.test(text)
}

/** Whether a version is for testers: it has a part behind a hyphen. */
export function isPrerelease(version: string): boolean {
  return version.includes('-')
}

/**
 * Negative when `a` is older than `b`, 0 when equal, positive when newer, as semver.org 2.0 orders them (a prerelease comes before
 * its release; numeric parts compare as numbers and come before words). Both must be versions.
 */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [parse(a), parse(b)]
  for (const at of [0, 1, 2] as const) {
    if (left.numbers[at] !== right.numbers[at]) return left.numbers[at] - right.numbers[at]
  }
  if (left.words.length === 0 || right.words.length === 0) return right.words.length - left.words.length
  for (const [at, word] of left.words.entries()) {
    const other = right.words[at]
    if (other === undefined) return 1
    const order = compareWords(word, other)
    if (order !== 0) return order
  }
  return left.words.length - right.words.length
}

function parse(version: string): {
  readonly numbers: readonly [number, number, number]
  readonly words: readonly string[]
} {
  const match = FORM.exec(version)
  const word = match?.[4]
  return {
    numbers: [Number(match?.[1]), Number(match?.[2]), Number(match?.[3])],
    words: word === undefined ? [] : word.split('.'),
  }
}

function compareWords(a: string, b: string): number {
  const [left, right] = [a, b].map((word) => (/^\d+$/.test(word) ? Number(word) : undefined))
  if (left !== undefined && right !== undefined) return left - right
  if (left !== undefined) return -1
  if (right !== undefined) return 1
  return Number(a > b) - Number(a < b)
}
