import { generateBundle } from './bundle.ts'
import { generateIam } from './iam.ts'
import { assertModel } from './model.ts'
import type { GeneratedFile } from '../../../../shared/domain/handoff.ts'
import type { HandoffModel } from './model.ts'
import { generatePython } from './python.ts'
import { generateReadme } from './readme.ts'
import { generateRest } from './rest.ts'
import { generateSql } from './sql.ts'

/**
 * Everything Databricks needs to read what this workspace delivers, as text: same model, same files, in path order.
 * Throws `invalid` naming a value that Databricks or AWS would refuse.
 */
export function generateHandoff(model: HandoffModel): readonly GeneratedFile[] {
  assertModel(model)
  return [
    generateReadme(model),
    ...generateRest(model),
    ...generateIam(model),
    ...generateSql(model),
    ...generatePython(model),
    ...generateBundle(model),
  ].toSorted((a, b) => (a.path < b.path ? -1 : 1))
}
