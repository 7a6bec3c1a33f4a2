/** Shapes that secrets have, whoever wrote them: AWS key ids, presigned signatures, bearer and Databricks tokens. */
const SHAPES: readonly RegExp[] = [
  /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g,
  /(?<=X-Amz-(?:Signature|Credential|Security-Token)=)[^&\s"']+/gi,
  /(?<=\b(?:Bearer|Basic)\s+)[A-Za-z0-9._~+/=-]{8,}/g,
  /\bdapi[0-9a-f]{16,}\b/g,
  /(?<=["']?(?:secret_?access_?key|session_?token|api_?key|password|secret|token)["']?\s*[:=]\s*["']?)[^\s"',}]{4,}/gi,
]

export interface Scrubber {
  /** The text without any secret; counts what it took out. */
  readonly scrub: (text: string) => string
  readonly removed: () => number
}

/** Takes out the given secrets, wherever and however often they stand, and everything that has the shape of one. */
export function createScrubber(secrets: readonly string[]): Scrubber {
  const known = secrets
    .filter((secret) => secret.length >= 4)
    .flatMap((secret) => [...new Set([secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])])
    .toSorted((a, b) => b.length - a.length)
  let removed = 0
  const replace = (): string => {
    removed++
    return '[removed]'
  }
  return {
    scrub(text) {
      let clean = text
      for (const secret of known) clean = clean.replaceAll(secret, replace)
      for (const shape of SHAPES)
        clean = clean.replace(shape, (found) =>
          found === '(set)' || found.startsWith('[removed') || found.startsWith('${') ? found : replace(),
        )
      return clean
    },
    removed: () => removed,
  }
}
