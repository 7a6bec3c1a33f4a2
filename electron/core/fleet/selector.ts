import { assertNever, FieldgateError } from '../../../shared/domain/errors.ts'

/** One condition on a label. As in Kubernetes, `notIn` also holds where the label is absent. */
export type Requirement =
  | { readonly key: string; readonly kind: 'in' | 'notIn'; readonly values: readonly string[] }
  | { readonly key: string; readonly kind: 'exists' | 'absent' }

/** Conditions that must all hold. */
export type Selector = readonly Requirement[]

interface Token {
  readonly kind: 'word' | 'end' | ',' | '(' | ')' | '=' | '!=' | '!'
  readonly text: string
  readonly at: number
}

const TOKEN = /\s*(==|=|!=|!|,|\(|\)|[^\s,()=!]+)/y

/**
 * Reads a Kubernetes-style label selector: `env=prod`, `type!=raw`, `site in (a,b)`, `site notin (a,b)`, `canary`,
 * `!canary`, joined by commas. Empty text selects everything. Throws `invalid` naming the position and what belongs there.
 */
export function parseSelector(text: string): Selector {
  const tokens = tokenise(text)
  let next = 0
  const peek = (): Token => tokens[next] as Token
  const take = (kind: Token['kind'], wanted: string): Token => {
    const token = peek()
    if (token.kind !== kind) throw unexpected(text, token, wanted)
    next++
    return token
  }
  const takeValues = (): string[] => {
    take('(', '"(" and the values')
    const values = [take('word', 'a value').text]
    while (peek().kind === ',') {
      next++
      values.push(take('word', 'a value').text)
    }
    take(')', '"," or ")"')
    return values
  }
  const takeRequirement = (): Requirement => {
    if (peek().kind === '!') {
      next++
      return { key: take('word', 'a label name').text, kind: 'absent' }
    }
    const key = take('word', 'a label name').text
    const operator = peek()
    if (operator.kind === '=' || operator.kind === '!=') {
      next++
      return { key, kind: operator.kind === '=' ? 'in' : 'notIn', values: [take('word', 'a value').text] }
    }
    if (operator.kind === 'word') {
      next++
      if (operator.text === 'in') return { key, kind: 'in', values: takeValues() }
      if (operator.text === 'notin') return { key, kind: 'notIn', values: takeValues() }
      throw unexpected(text, operator, '"=", "!=", "in", "notin" or ","')
    }
    return { key, kind: 'exists' }
  }
  if (peek().kind === 'end') return []
  const requirements = [takeRequirement()]
  while (peek().kind === ',') {
    next++
    requirements.push(takeRequirement())
  }
  take('end', '"," or the end')
  return requirements
}

/** True when every condition holds for the labels. */
export function matchesSelector(selector: Selector, labels: Readonly<Record<string, string>>): boolean {
  return selector.every((requirement) => {
    const value = Object.hasOwn(labels, requirement.key) ? labels[requirement.key] : undefined
    switch (requirement.kind) {
      case 'in':
        return value !== undefined && requirement.values.includes(value)
      case 'notIn':
        return value === undefined || !requirement.values.includes(value)
      case 'exists':
        return value !== undefined
      case 'absent':
        return value === undefined
      default:
        return assertNever(requirement)
    }
  })
}

function tokenise(text: string): readonly Token[] {
  const tokens: Token[] = []
  const end = text.trimEnd().length
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < end) {
    const found = TOKEN.exec(text)?.[1] as string
    const at = TOKEN.lastIndex - found.length
    if (found === '=' || found === '==') tokens.push({ kind: '=', text: found, at })
    else if (found === '!=' || found === '!' || found === ',' || found === '(' || found === ')') {
      tokens.push({ kind: found, text: found, at })
    } else tokens.push({ kind: 'word', text: found, at })
  }
  return [...tokens, { kind: 'end', text: '', at: end }]
}

function unexpected(text: string, token: Token, wanted: string): FieldgateError {
  const found = token.kind === 'end' ? 'the selector ends' : `there is "${token.text}"`
  return new FieldgateError('invalid', `Selector "${text}", position ${token.at + 1}: ${found}, not ${wanted}.`, {
    hint: 'For example: env=prod,site in (midland,odessa),!canary,type!=raw',
    details: { position: token.at + 1 },
  })
}
