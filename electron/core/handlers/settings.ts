import { existsSync, readFileSync } from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import { errorToData, FieldgateError } from '../../../shared/domain/errors.ts'
import type { Handlers, HandlersOf } from '../../../shared/ipc/contract.ts'
import { editNodes, previewConfigChanges, updateConfigFile } from '../config/editConfig.ts'
import { hasCredentials, settingFields } from '../config/fields.ts'
import { hideSecrets } from '../config/hideSecrets.ts'
import { inspectConfig } from '../config/loadConfig.ts'
import type { ConfigSources } from '../config/loadConfig.ts'
import { addAudit } from '../db/ledger/records.ts'
import { scanFolder } from '../fleet/scan.ts'
import { writeFileAtomic } from '../support/atomicFile.ts'
import type { CallContext, HandlerDependencies } from './dependencies.ts'

const FILE_NAME = 'fieldgate.yaml'
/** Credentials may stand in it: readable by its owner only. */
const FILE_MODE = 0o600

/** `settings.*`: the configuration file beside what holds, and changes to it that are refused before they break anything. */
export function settingsHandlers(deps: HandlerDependencies): HandlersOf<'settings', CallContext> {
  const sources = (): ConfigSources => sourcesOf(deps)
  return {
    'settings.get': () => {
      const loaded = inspectConfig(sources())
      const { file } = deps.config
      return {
        file,
        yaml: file !== undefined && existsSync(file) ? hideSecrets(readFileSync(file, 'utf8')) : '',
        fields: settingFields(loaded).map(({ path, value, origin, source }) => ({ path, value, origin, source })),
        hasCredentials: hasCredentials(loaded) || hasStaticCredentials(deps),
      }
    },
    'settings.preview': ({ changes }) => {
      const preview = previewConfigChanges(sources(), deps.config.file, changes)
      return { ...preview, yaml: hideSecrets(preview.yaml) }
    },
    'settings.save': ({ changes, by }) => {
      const { problems } = previewConfigChanges(sources(), deps.config.file, changes)
      const [first] = problems
      if (first !== undefined) throw new FieldgateError('invalid', first.message, { hint: first.hint })
      const file = fileOf(deps)
      const before = existsSync(file) ? readFileSync(file, 'utf8') : undefined
      const { text } = updateConfigFile(file, changes)
      announce(deps, by, 'settings.save', before, text)
      return null
    },
  }
}

/** `nodes.scan|add|remove`: which databases this workspace looks after. */
export function nodeAdminHandlers(
  deps: HandlerDependencies,
): Pick<Handlers<CallContext>, 'nodes.scan' | 'nodes.add' | 'nodes.remove'> {
  return {
    'nodes.scan': async ({ folder }, { signal }) => {
      if (!isAbsolute(folder)) {
        throw new FieldgateError('invalid', `"${folder}" is no absolute path.`, { hint: 'Choose the folder again.' })
      }
      try {
        return await scanFolder(folder, { openNode: deps.openNode, known: deps.config.nodes, signal })
      } catch (error) {
        throw new FieldgateError('notFound', `The folder ${folder} cannot be read.`, {
          hint: errorToData(error).message,
          cause: error,
        })
      }
    },
    'nodes.add': ({ nodes }) => {
      const added = nodes.map((node) => ({
        id: node.id,
        sqlite: resolve(deps.config.workspace, node.sqlite),
        ...(node.table === undefined ? {} : { table: node.table }),
        ...(node.timestampColumn === undefined ? {} : { timestamp_column: node.timestampColumn }),
        ...(node.site === undefined ? {} : { site: node.site }),
        ...(node.labels === undefined ? {} : { labels: node.labels }),
      }))
      writeNodes(deps, { add: added }, 'nodes.add', nodes.map((node) => node.id).join(', '))
      return null
    },
    'nodes.remove': ({ nodeId }) => {
      deps.node(nodeId)
      writeNodes(deps, { removeId: nodeId }, 'nodes.remove', nodeId)
      return null
    },
  }
}

/** What the configuration would be is read before it is written: a second node of one name never reaches the file. */
function writeNodes(
  deps: HandlerDependencies,
  edit: Parameters<typeof editNodes>[1],
  action: string,
  subject: string,
): void {
  const file = fileOf(deps)
  const before = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const { text } = editNodes(before, edit)
  const [problem] = inspectConfig({ ...sourcesOf(deps), text }).problems
  if (problem !== undefined) throw new FieldgateError('invalid', problem.message, { hint: problem.hint })
  writeFileAtomic(file, text, FILE_MODE)
  announce(deps, 'settings', action, undefined, subject)
}

function announce(
  deps: HandlerDependencies,
  by: string,
  action: string,
  before: string | undefined,
  after: string,
): void {
  addAudit(deps.ledger(), {
    atMs: deps.clock.now(),
    actor: by,
    action,
    subject: deps.config.workspace,
    before: before === undefined ? undefined : hideSecrets(before),
    after: hideSecrets(after),
    reason: undefined,
  })
  deps.bus.emit('workspace.changed', { reason: action })
}

function fileOf(deps: HandlerDependencies): string {
  return deps.config.file ?? join(deps.config.workspace, FILE_NAME)
}

function sourcesOf(deps: HandlerDependencies): ConfigSources {
  const { file, workspace } = deps.config
  return { ...(file === undefined ? {} : { file }), workspace, env: deps.env, cwd: workspace }
}

function hasStaticCredentials(deps: HandlerDependencies): boolean {
  return deps.config.store.kind === 's3' && deps.config.store.credentials.kind === 'static'
}
