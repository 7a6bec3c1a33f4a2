import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { FieldgateError } from '../../../shared/domain/errors.ts'

/**
 * Folder of the built window: `out/renderer`, beside the bundled command or at the root of a checkout. Throws `notFound`
 * with the way to build it.
 */
export function findRendererFolder(moduleUrl: string = import.meta.url): string {
  const relative = moduleUrl.endsWith('.ts') ? '../../../out/renderer' : '../renderer'
  const folder = fileURLToPath(new URL(relative, moduleUrl))
  if (existsSync(join(folder, 'index.html'))) return folder
  throw new FieldgateError('notFound', 'The window has not been built: out/renderer is missing.', {
    hint: 'Run "npm run build" once, then start this again.',
  })
}
