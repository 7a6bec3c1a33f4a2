import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { parseSync } from 'oxc-parser'

/** Root of the checkout. */
export const ROOT = dirname(dirname(import.meta.dirname))

/** Every file that is committed or about to be, relative to the root, with forward slashes. */
export function listFiles(): readonly string[] {
  const out = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  return out.split('\n').filter((path) => path !== '' && existsSync(join(ROOT, path)))
}

/** Source files that import others. */
export function listSources(): readonly string[] {
  return listFiles().filter((path) => /\.(ts|tsx|mts|mjs)$/.test(path))
}

export function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}

export interface Import {
  /** As written. */
  readonly specifier: string
  /** Path of the file meant, relative to the root; undefined for a package or a builtin. */
  readonly file: string | undefined
  /** True when nothing of it is left at run time. */
  readonly isTypeOnly: boolean
}

/** What a source imports: statically, by re-export, by a literal `import()`, or as a type by `import('…')`. */
export function readImports(path: string): readonly Import[] {
  const text = readText(path)
  const { module, errors } = parseSync(path, text)
  if (errors.length > 0) throw new Error(`${path} does not parse: ${errors[0]?.message}`)
  const found: { specifier: string; isTypeOnly: boolean }[] = []
  for (const item of module.staticImports) {
    const isTypeOnly = item.entries.length > 0 && item.entries.every((entry) => entry.isType)
    found.push({ specifier: item.moduleRequest.value, isTypeOnly })
  }
  for (const item of module.staticExports) {
    for (const entry of item.entries) {
      if (entry.moduleRequest !== null) found.push({ specifier: entry.moduleRequest.value, isTypeOnly: entry.isType })
    }
  }
  for (const match of text.matchAll(/\bimport\(\s*(['"])([^'"]+)\1\s*\)/g)) {
    found.push({ specifier: match[2] ?? '', isTypeOnly: false })
  }
  return found.map((item) => ({ ...item, file: resolveFile(path, item.specifier) }))
}

function resolveFile(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined
  return posix.normalize(posix.join(posix.dirname(from), specifier.split('?')[0] ?? specifier))
}

/** `@scope/name` or `name` of a package import; undefined for builtins and files. */
export function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith('.') || specifier.startsWith('node:')) return undefined
  const parts = specifier.split('/')
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0]
}
