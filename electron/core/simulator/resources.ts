import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import { checkDocument, parseText } from './parseDocument.ts'
import { scenarioSchema } from './scenario.ts'
import type { Scenario } from './scenario.ts'

/**
 * The folder `resources` of this installation: the nearest one above `from` that holds scenarios. Works from a checkout,
 * from `out/` and from inside an application archive. Throws `notFound` when the installation is incomplete.
 */
export function findResources(from: string = import.meta.dirname): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'resources')
    if (existsSync(join(candidate, 'scenarios'))) return candidate
    if (dirname(folder) === folder) break
  }
  throw new FieldgateError('notFound', `No folder resources/scenarios above ${from}.`, {
    hint: 'Install Fieldgate again: the scenarios belong to it.',
  })
}

const SCENARIO_KEYS = Object.keys(scenarioSchema.shape)

/** Every scenario of the folder, by id, in the order of their names. Throws `invalid` naming the file and the key. */
export function loadScenarios(resources: string): ReadonlyMap<string, Scenario> {
  const folder = join(resources, 'scenarios')
  const scenarios = new Map<string, Scenario>()
  for (const name of readdirSync(folder).toSorted()) {
    if (!/\.(ya?ml|json)$/.test(name)) continue
    const path = join(folder, name)
    const scenario = checkDocument(
      scenarioSchema,
      parseText(readFileSync(path, 'utf8'), path),
      path,
      () => SCENARIO_KEYS,
    )
    scenarios.set(scenario.id, scenario)
  }
  for (const scenario of scenarios.values()) {
    const unknown = scenario.members?.find((member) => !scenarios.has(member.scenario))
    if (unknown !== undefined) {
      throw new FieldgateError('invalid', `Scenario ${scenario.id} has the unknown member "${unknown.scenario}".`, {
        hint: `Known: ${[...scenarios.keys()].join(', ')}.`,
      })
    }
  }
  return scenarios
}
