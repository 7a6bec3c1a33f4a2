import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import type { RecoveryView } from '../../../shared/ipc/contract.ts'
import type { Trouble } from './session.ts'

export type RecoveryChoice = RecoveryView['choices'][number]

/** Names of a configuration file, in the order they are looked for. */
const SETTINGS_FILES = ['fieldgate.yaml', 'databricks-uploader-config.yaml'] as const
/** What SQLite keeps beside a database; they belong to it and move with it. */
const SIDE_FILES = ['', '-wal', '-shm'] as const

/** The files of a workspace that recovery may touch. Node databases and objects are never among them. */
export interface WorkspaceFiles {
  readonly settings: string
  readonly ledger: string
  readonly setAsideFolder: string
  readonly snapshotFolder: string
}

/** The files of the workspace in a folder; `settings` and `stateDir` when they are known better than by their usual names. */
export function workspaceFiles(folder: string, settings?: string, stateDir = join(folder, 'state')): WorkspaceFiles {
  const found = settings ?? SETTINGS_FILES.map((name) => join(folder, name)).find((path) => existsSync(path))
  return {
    settings: found ?? join(folder, SETTINGS_FILES[0]),
    ledger: join(stateDir, 'ledger.db'),
    setAsideFolder: join(stateDir, 'set-aside'),
    snapshotFolder: join(stateDir, 'last-good'),
  }
}

/** Keeps a copy of the settings that the engine has just started with. */
export function keepSettingsSnapshot(files: WorkspaceFiles): void {
  if (existsSync(files.settings)) copyWhole(files.settings, snapshotOf(files, 'settings'))
}

/**
 * Keeps a copy of the ledger. Only after the engine has stopped: then the file is whole by itself. With a write-ahead log
 * left (the engine was ended, or another process has the ledger open) the copy would be torn, and nothing is done.
 */
export function keepLedgerSnapshot(files: WorkspaceFiles): void {
  const wal = `${files.ledger}-wal`
  if (existsSync(wal) && statSync(wal).size > 0) return
  if (existsSync(files.ledger)) copyWhole(files.ledger, snapshotOf(files, 'ledger'))
}

/** Says what is broken and what can be done, after keeping an unchanged copy of the broken file under `stamp`. */
export function describeTrouble(trouble: Trouble, files: WorkspaceFiles, stamp: string): RecoveryView {
  const file = files[trouble.part]
  const snapshot = snapshotOf(files, trouble.part)
  const snapshotAtMs = existsSync(snapshot) ? statSync(snapshot).mtimeMs : undefined
  return {
    part: trouble.part,
    file,
    message: trouble.error.message,
    hint: trouble.error.hint,
    atMs: trouble.atMs,
    setAside: copyAside(file, files, stamp),
    snapshotAtMs,
    choices: snapshotAtMs === undefined ? ['retry', 'fresh'] : ['snapshot', 'retry', 'fresh'],
  }
}

/**
 * Makes the files as a choice asks; call it while no engine runs. `snapshot` puts the last good copy in place of the broken
 * file, `fresh` takes the broken file away, `retry` changes nothing. The broken file stays in the set-aside folder.
 * Throws `notFound` when there is no snapshot.
 */
export function applyRecovery(
  choice: RecoveryChoice,
  part: Trouble['part'],
  files: WorkspaceFiles,
  stamp: string,
): void {
  if (choice === 'retry') return
  const snapshot = snapshotOf(files, part)
  if (choice === 'snapshot' && !existsSync(snapshot)) {
    throw new FieldgateError('notFound', `There is no good snapshot of ${basename(files[part])} yet.`, {
      hint: 'Mend the file and try again, or begin afresh.',
    })
  }
  moveAside(files[part], files, stamp)
  if (choice === 'snapshot') copyWhole(snapshot, files[part])
}

function snapshotOf(files: WorkspaceFiles, part: Trouble['part']): string {
  return join(files.snapshotFolder, basename(files[part]))
}

function copyAside(file: string, files: WorkspaceFiles, stamp: string): string | undefined {
  if (!existsSync(file)) return undefined
  const copy = asideName(file, files, stamp)
  if (!existsSync(copy)) copyWhole(file, copy)
  return copy
}

function moveAside(file: string, files: WorkspaceFiles, stamp: string): void {
  mkdirSync(files.setAsideFolder, { recursive: true })
  for (const suffix of SIDE_FILES) {
    if (existsSync(file + suffix)) renameSync(file + suffix, asideName(file, files, stamp) + suffix)
  }
}

function asideName(file: string, files: WorkspaceFiles, stamp: string): string {
  const at = basename(file).lastIndexOf('.')
  const [name, extension] = at > 0 ? [basename(file).slice(0, at), basename(file).slice(at)] : [basename(file), '']
  return join(files.setAsideFolder, `${name}-${stamp}${extension}`)
}

/** Copies so that the target is whole or not there. */
function copyWhole(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true })
  const part = `${to}.part`
  rmSync(part, { force: true })
  copyFileSync(from, part)
  renameSync(part, to)
}

/** A moment as part of a file name: `20261123T195841Z`. */
export function fileStamp(atMs: number): string {
  return new Date(atMs).toISOString().replace(/[-:]|\.\d+/g, '')
}
