import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Which Electron the desktop specs run on. */
export type ElectronKind = 'electron' | 'given' | 'standin'

export const ROOT = join(import.meta.dirname, '../..')
const PACKAGE = join(ROOT, 'node_modules/electron')
const STANDIN_DIST = join(ROOT, 'e2e/standin/dist')

/** Real Electron where its binary was fetched, else one named by ELECTRON_OVERRIDE_DIST_PATH, else the stand-in. */
export function findElectron(env: NodeJS.ProcessEnv = process.env): {
  readonly kind: ElectronKind
  readonly dist?: string
} {
  const found = lookForElectron(env['ELECTRON_OVERRIDE_DIST_PATH'])
  if (found.kind === 'standin' && env['FIELDGATE_REQUIRE_ELECTRON'] === '1') {
    throw new Error('FIELDGATE_REQUIRE_ELECTRON=1, but Electron\'s binary is not here. Run "npx install-electron".')
  }
  return found
}

function lookForElectron(given: string | undefined): { readonly kind: ElectronKind; readonly dist?: string } {
  if (given !== undefined && given !== '') return { kind: given === STANDIN_DIST ? 'standin' : 'given', dist: given }
  return hasRealElectron() ? { kind: 'electron' } : { kind: 'standin', dist: STANDIN_DIST }
}

/** The executable that the desktop specs start. */
export function electronBinary(): string {
  const { dist } = findElectron()
  return dist === undefined ? realElectron() : join(dist, 'electron')
}

function hasRealElectron(): boolean {
  return existsSync(join(PACKAGE, 'path.txt')) && existsSync(realElectron())
}

function realElectron(): string {
  return join(PACKAGE, 'dist', readFileSync(join(PACKAGE, 'path.txt'), 'utf8'))
}

/** The words of a report: nobody may take a run on the stand-in for one on Electron. */
export function describeElectron(kind: ElectronKind): string {
  switch (kind) {
    case 'electron':
      return 'Desktop specs run on REAL Electron.'
    case 'given':
      return 'Desktop specs run on the Electron named by ELECTRON_OVERRIDE_DIST_PATH.'
    case 'standin':
      return 'Desktop specs run on the STAND-IN (Node and Chromium): they prove nothing about Electron itself, its native ABI, asar or fuses.'
  }
}
