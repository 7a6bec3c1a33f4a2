import { FieldgateError } from '../../../shared/domain/errors.ts'
import type { Transform, TransformContext, TransformFactory } from './port.ts'
import { createAggregatedTransform } from './types/aggregated.ts'
import { createCustomTransform } from './types/custom.ts'
import { createEmergencyTransform } from './types/emergency.ts'
import { createRawTransform } from './types/raw.ts'
import { createSchematizedTransform } from './types/schematized.ts'

const FACTORIES: Readonly<Record<string, TransformFactory>> = {
  raw: createRawTransform,
  schematized: createSchematizedTransform,
  aggregated: createAggregatedTransform,
  emergency: createEmergencyTransform,
}

/**
 * A fresh transform for one batch of a pipeline type; of a custom one by its SQL, or by the built-in transform it reuses
 * (raw when it names neither). Throws `invalid` for a type that is neither built in nor described by the context.
 */
export function transformFor(type: string, context: TransformContext): Transform {
  const factory = FACTORIES[type]
  if (factory !== undefined) return factory(context)
  const { custom } = context
  if (custom === undefined || custom.name !== type) {
    throw new FieldgateError('invalid', `The pipeline type "${type}" is not declared in the configuration.`, {
      hint: `Declare "${type}" under "pipelines" again; its rows wait until then.`,
    })
  }
  if (custom.sql !== undefined) return createCustomTransform(type, custom.sql, context)
  return (FACTORIES[custom.transform ?? 'raw'] ?? createRawTransform)(context)
}
