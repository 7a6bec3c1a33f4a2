import { z } from 'zod'
import { FieldgateError } from '../../../../shared/domain/errors.ts'
import type { DeployedMachine } from '../../../../shared/domain/handoff.ts'

const state = z.object({
  instances: z.array(
    z.object({
      id: z.string().min(1),
      name: z.string().optional(),
      ip: z.string().nullish(),
      region: z.string().optional(),
      zone: z.string().optional(),
      type: z.string().optional(),
      state: z.string().optional(),
    }),
  ),
  last_updated: z.string().optional(),
})

/**
 * The machines in the spot deployer's `instances.json`, in its order, duplicates refused. Throws `corrupt` for a file
 * that is not JSON or not of that shape, naming where.
 */
export function parseInstances(text: string, path: string): readonly DeployedMachine[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new FieldgateError('corrupt', `${path} is not JSON.`, {
      hint: 'Let the deployer list its machines again, then import.',
      cause: error,
    })
  }
  const parsed = state.safeParse(value)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw new FieldgateError(
      'corrupt',
      `${path}: ${issue?.path.join('.') || 'top level'}: ${issue?.message ?? 'not valid'}`,
      {
        hint: 'It must hold {"instances": [{"id": …}]} as the spot deployer writes it.',
      },
    )
  }
  const seen = new Set<string>()
  return parsed.data.instances.map((instance) => {
    if (seen.has(instance.id)) throw new FieldgateError('corrupt', `${path} lists machine ${instance.id} twice.`)
    seen.add(instance.id)
    const labels = { region: instance.region, zone: instance.zone, type: instance.type }
    return {
      id: instance.id,
      name: instance.name ?? instance.id,
      address: instance.ip ?? undefined,
      isRunning: (instance.state ?? 'running') === 'running',
      labels: Object.fromEntries(
        Object.entries(labels).filter((entry): entry is [string, string] => entry[1] !== undefined),
      ),
    }
  })
}
