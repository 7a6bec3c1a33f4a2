import { pathToFileURL } from 'node:url'
import { join } from 'node:path'

export const ROOT = join(import.meta.dirname, '../..')

/** A module of scripts/package. They are plain JavaScript, so that a machine without a usable Node can begin: the types are said here. */
export async function load<T>(name: string): Promise<T> {
  return (await import(/* @vite-ignore */ pathToFileURL(join(ROOT, 'scripts/package', name)).href)) as T
}

export interface Locked {
  readonly version: string
  readonly hasInstallScript?: boolean
  readonly integrity?: string
}
export type Lock = Readonly<Record<string, Locked>>
