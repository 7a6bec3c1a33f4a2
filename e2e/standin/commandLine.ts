export interface CommandLine {
  /** Modules to load before the app (`-r`). */
  readonly preloads: readonly string[]
  /** The app's folder or script. */
  readonly entry: string | undefined
  readonly debugPort: string | undefined
  readonly isVersionAsked: boolean
}

/** Reads a command line as Electron does: options of its own, then the app, then what is the app's business. */
export function readCommandLine(argv: readonly string[]): CommandLine {
  const preloads: string[] = []
  let entry: string | undefined
  let debugPort: string | undefined
  let isVersionAsked = false
  for (let at = 0; at < argv.length; at++) {
    const argument = argv[at] ?? ''
    if (argument.startsWith('--remote-debugging-port=')) debugPort = argument.slice('--remote-debugging-port='.length)
    else if (entry !== undefined) continue
    else if (argument === '-r' || argument === '--require') preloads.push(argv[++at] ?? '')
    else if (argument === '-v' || argument === '--version') isVersionAsked = true
    else if (!argument.startsWith('-')) entry = argument
  }
  return { preloads, entry, debugPort, isVersionAsked }
}
