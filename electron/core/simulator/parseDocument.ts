import { parseDocument as parseYaml } from 'yaml'
import type { z } from 'zod'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import { nearestKey } from './nearestKey.ts'

/** Parses YAML, of which JSON is a part. Throws `invalid` naming the file and the line. */
export function parseText(text: string, name: string): unknown {
  const document = parseYaml(text, { prettyErrors: true })
  const problem = document.errors[0]
  if (problem !== undefined) {
    throw new FieldgateError('invalid', `${name}: ${problem.message.split('\n')[0] ?? 'not readable as YAML'}`, {
      hint: 'Correct the file; nothing was changed.',
    })
  }
  return document.toJS()
}

/**
 * Checks a parsed document against its schema. Throws `invalid` naming file and key; an unknown key comes with the
 * nearest key of `known`, the names that may stand at that place.
 */
export function checkDocument<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  name: string,
  known: (path: readonly PropertyKey[]) => readonly string[],
): z.output<Schema> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  if (issue?.code === 'unrecognized_keys') {
    const key = issue.keys[0] ?? ''
    const names = known(issue.path)
    const nearest = nearestKey(key, names)
    throw new FieldgateError('invalid', `${name}: unknown key "${[...issue.path.map(String), key].join('.')}".`, {
      hint: nearest === undefined ? `Known here: ${names.join(', ')}.` : `Did you mean "${nearest}"?`,
    })
  }
  const at = issue === undefined || issue.path.length === 0 ? '' : ` ${issue.path.map(String).join('.')}:`
  throw new FieldgateError('invalid', `${name}:${at} ${issue?.message ?? 'does not fit'}`, {
    hint: 'Correct the file; nothing was changed.',
  })
}
