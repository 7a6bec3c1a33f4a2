/** One room: the files under a path, what they may import, and which packages. */
export interface Room {
  readonly path: string
  /** Rooms by path; a room may always import itself. */
  readonly rooms: readonly string[]
  readonly packages: readonly string[]
  /** False for code that runs in a window or anywhere: no `node:` modules. */
  readonly hasNode: boolean
}

function room(path: string, rooms: readonly string[], packages: readonly string[] = [], hasNode = true): Room {
  return { path, rooms, packages, hasNode }
}

const SHARED = ['shared/domain', 'shared/ipc']
const BASE = ['electron/core/support', ...SHARED]
const NOUNS = [
  'config',
  'db',
  'demo',
  'doctor',
  'fleet',
  'handoff',
  'objects',
  'parquet',
  'pipelines',
  'simulator',
  'uploader',
]
const CORE = NOUNS.map((noun) => `electron/core/${noun}`)
const core = (...nouns: string[]): string[] => nouns.map((noun) => `electron/core/${noun}`)
const HOST = [...BASE, ...core('engine.ts', 'config', 'host'), 'electron/worker']
const REACT = ['react', 'react-dom', '@mantine/core', '@mantine/hooks', '@mantine/notifications', '@mantine/spotlight']
const LOOK = ['renderer/theme', 'renderer/text', 'renderer/ui', 'renderer/charts', ...SHARED]

/** For text and data that come from outside: every border may check what it is given. */
const PARSERS = ['zod', 'yaml']

/**
 * The import law. A file belongs to the room with the longest path that it lies under; one that lies in no room fails the test.
 * Extending it is a design decision: write down why.
 */
export const ROOMS: readonly Room[] = [
  room('shared/domain', [], [], false),
  room('shared/ipc', ['shared/domain'], ['zod'], false),

  room('electron/core/support', SHARED),
  room('electron/core/config', BASE, PARSERS),
  room('electron/core/db', BASE, ['better-sqlite3']),
  room('electron/core/parquet', BASE, ['parquetjs-lite', 'hyparquet']),
  room('electron/core/objects', [...BASE, ...core('objects/embedded')], ['@aws-sdk/*', '@smithy/*']),
  // The embedded store keeps its index in a database of its own, which no node database or ledger shares.
  room('electron/core/objects/embedded', [...BASE, ...core('objects')], ['better-sqlite3']),
  room('electron/core/simulator', [...BASE, ...core('db')], PARSERS),
  room('electron/core/pipelines', [...BASE, ...core('db')]),
  room('electron/core/fleet', [...BASE, ...core('db')]),
  room('electron/core/doctor', [...BASE, ...core('db')]),
  room('electron/core/uploader', [...BASE, ...core('db', 'objects', 'parquet', 'pipelines')], PARSERS),
  room('electron/core/handoff', BASE, PARSERS),
  room(
    'electron/core/demo',
    [...BASE, ...core('config', 'db', 'fleet', 'objects', 'simulator', 'pipelines', 'uploader')],
    PARSERS,
  ),
  room('electron/core/handlers', [...BASE, ...CORE], ['fflate']),
  // The front door and what it is put together from; hosts may import the door only.
  room('electron/core/engine.ts', [...BASE, ...CORE, ...core('handlers', 'engineParts.ts', 'engineServices.ts')]),
  room('electron/core/engineParts.ts', [...BASE, ...CORE, ...core('handlers', 'engine.ts')]),
  room('electron/core/engineServices.ts', [...BASE, ...CORE, ...core('handlers', 'engine.ts', 'engineParts.ts')]),
  room('electron/core/host', [...BASE, ...core('engine.ts', 'config')]),

  room('electron/worker', [...BASE, ...CORE, ...core('engine.ts', 'host')]),
  // The installed app is the `fieldgate` command too (`--cli`): it imports the command's entry and nothing else of it.
  room('electron/main', [...HOST, 'electron/cli/index.ts'], ['electron', 'electron-updater', 'zod']),
  room('electron/preload', ['shared/ipc'], ['electron'], false),
  // `fieldgate sensor` runs simulators without a workspace, as the original sensor ran without an uploader.
  // fflate: `fieldgate support` lists the bundle from the very bytes it writes.
  room('electron/cli', [...HOST, ...core('simulator', 'pipelines')], ['commander', 'ws', 'fflate']),

  room('renderer/client', SHARED, [], false),
  room('renderer/stores', ['renderer/client', ...SHARED], ['zustand'], false),
  room('renderer/theme', SHARED, REACT, false),
  room('renderer/text', SHARED, REACT, false),
  room('renderer/ui', ['renderer/theme', 'renderer/text', ...SHARED], [...REACT, '@tanstack/*'], false),
  room(
    'renderer/charts',
    ['renderer/theme', 'renderer/text', 'renderer/ui', ...SHARED],
    [...REACT, 'uplot', 'd3-geo', 'topojson-client', 'topojson-specification', 'world-atlas', 'us-atlas'],
    false,
  ),
  room('renderer/screens', ['renderer/stores', ...LOOK], [...REACT, '@tanstack/*', 'zustand'], false),
  room(
    'renderer/shell',
    ['renderer/screens', 'renderer/stores', 'renderer/client', ...LOOK],
    [...REACT, 'zustand'],
    false,
  ),
  room(
    'renderer',
    ['renderer/shell', 'renderer/screens', 'renderer/stores', 'renderer/client', ...LOOK],
    [...REACT, '@fontsource-variable/*'],
    false,
  ),

  room('scripts', ['electron/cli', 'electron/core/config', 'e2e/support', 'test/helpers'], ['*']),
  room('bench', ['electron', 'shared', 'test', 'e2e/support'], ['*']),
  room('test', ['electron', 'renderer', 'shared', 'bench', 'scripts', 'e2e', 'electron.vite.config.ts'], ['*']),
  room('e2e', ['electron', 'shared', 'scripts', 'test/helpers'], ['*']),
]

/** Configuration files of tools at the root: they belong to no room and import packages only. */
export const ROOT_FILES: readonly string[] = [
  'electron.vite.config.ts',
  'vitest.config.ts',
  'playwright.config.ts',
  'knip.config.ts',
]

/** The room a file lies in: the longest path that holds it. */
export function roomOf(file: string): Room | undefined {
  let best: Room | undefined
  for (const candidate of ROOMS) {
    const holds = file === candidate.path || file.startsWith(`${candidate.path}/`)
    if (holds && (best === undefined || candidate.path.length > best.path.length)) best = candidate
  }
  return best
}

/** Whether a room lists a package, `@scope/*` and `*` included. */
export function allowsPackage(own: Room, name: string): boolean {
  return own.packages.some(
    (allowed) =>
      allowed === '*' || allowed === name || (allowed.endsWith('/*') && name.startsWith(allowed.slice(0, -1))),
  )
}

/** Whether files of a room may import a file. */
export function allowsFile(own: Room, file: string): boolean {
  const target = roomOf(file)
  if (target === undefined) return own.rooms.includes(file)
  if (target === own) return true
  return own.rooms.some((allowed) =>
    [target.path, file].some((path) => path === allowed || path.startsWith(`${allowed}/`)),
  )
}
