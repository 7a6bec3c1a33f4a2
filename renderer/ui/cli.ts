/** A word for a POSIX shell, quoted only where it has to be. */
export function quote(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}

/** The `fieldgate` command of some words: what a screen copies so that the same can be done without a window. */
export function cliCommand(...words: readonly string[]): string {
  return ['fieldgate', ...words].map(quote).join(' ')
}
