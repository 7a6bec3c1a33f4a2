import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { strToU8, zipSync } from 'fflate'
import { errorToData } from '../../../shared/domain/errors.ts'
import type { EngineConfig } from '../../../shared/domain/settings.ts'
import type { HandlersOf } from '../../../shared/ipc/contract.ts'
import { hideSecrets } from '../config/hideSecrets.ts'
import { listExecutions } from '../db/ledger/executions.ts'
import { listCursors } from '../db/ledger/lanes.ts'
import { listAudit } from '../db/ledger/records.ts'
import { createScrubber } from '../support/scrub.ts'
import type { CallContext, HandlerDependencies } from './dependencies.ts'

const RECORDS = 1_000
const LOG_BYTES = 2_000_000

/** What the bundle is made from besides the ledger; other nouns contribute their own state. */
export interface BundleSources {
  readonly doctor: () => Promise<unknown>
  readonly nodes: () => Promise<unknown>
}

/**
 * `support.bundle`: a zip a person can read before sending it: manifest, configuration, how every node stands, what the
 * ledger remembers lately, the doctor's findings and logs. No reading and no secret is in it; the manifest says how many
 * were taken out.
 */
export function supportHandlers(deps: HandlerDependencies, sources: BundleSources): HandlersOf<'support', CallContext> {
  return {
    'support.bundle': async () => {
      const scrubber = createScrubber(secretsOf(deps.config))
      const files: Record<string, string> = {}
      const add = (name: string, content: string): void => {
        files[name] = scrubber.scrub(content)
      }
      const { file } = deps.config
      if (file !== undefined && existsSync(file)) add('configuration.yaml', hideSecrets(readFileSync(file, 'utf8')))
      add('nodes.json', toText(await sources.nodes()))
      add('cursors.json', toText(listCursors(deps.readLedger())))
      add(
        'executions.json',
        toText(listExecutions(deps.readLedger(), { limit: RECORDS }).map(({ request: _request, ...rest }) => rest)),
      )
      add('audit.json', toText(listAudit(deps.readLedger(), RECORDS)))
      add('doctor.json', toText(await sources.doctor().catch((error: unknown) => ({ error: errorToData(error) }))))
      for (const log of listLogs(deps.config.stateDir)) add(`logs/${log.name}`, log.tail)
      const at = new Date(deps.clock.now()).toISOString()
      const manifest = {
        takenAt: at,
        files: Object.entries(files).map(([name, text]) => ({ name, characters: text.length })),
        secretsRemoved: scrubber.removed(),
        holds:
          'No readings. Paths, node names and bucket names are as they are; change them before sending if they must not be seen.',
      }
      const entries = { 'manifest.json': toText(manifest), ...files }
      return {
        name: `fieldgate-support-${at.slice(0, 19).replaceAll(':', '')}.zip`,
        contentType: 'application/zip',
        bytes: zipSync(Object.fromEntries(Object.entries(entries).map(([name, text]) => [name, strToU8(text)]))),
      }
    },
  }
}

function toText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

/** Everything in memory that must not leave it. */
function secretsOf(config: EngineConfig): readonly string[] {
  const found: (string | undefined)[] = [config.databricks?.token]
  if (config.store.kind === 's3' && config.store.credentials.kind === 'static') {
    const { accessKeyId, secretAccessKey, sessionToken } = config.store.credentials
    found.push(accessKeyId, secretAccessKey, sessionToken)
  }
  const credential = config.bacalhau?.credential
  if (credential?.kind === 'apiKey') found.push(credential.apiKey)
  if (credential?.kind === 'basic') found.push(credential.password)
  return found.filter((secret): secret is string => secret !== undefined)
}

function listLogs(stateDir: string): readonly { readonly name: string; readonly tail: string }[] {
  const folder = join(stateDir, 'logs')
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => name.includes('.log'))
    .map((name) => {
      const path = join(folder, name)
      const text = statSync(path).size > 20 * LOG_BYTES ? '' : readFileSync(path, 'utf8')
      return { name, tail: text.slice(-LOG_BYTES) }
    })
}
