import { FieldgateError } from '../../../shared/domain/errors.ts'

/** One thing wrong with a configuration, with the place and the remedy. */
export interface ConfigProblem {
  /** Dotted path of the setting, when one is concerned. */
  readonly path: string | undefined
  readonly file: string | undefined
  /** 1-based. */
  readonly line: number | undefined
  readonly message: string
  readonly hint: string | undefined
}

/** Collects problems, so that a person hears of all of them at once. */
export interface ProblemList {
  readonly problems: readonly ConfigProblem[]
  add(problem: {
    readonly path?: string | undefined
    readonly file?: string | undefined
    readonly line?: number | undefined
    readonly message: string
    readonly hint?: string | undefined
  }): void
}

/** An empty list; problems keep the order in which they were found. */
export function createProblemList(): ProblemList {
  const problems: ConfigProblem[] = []
  return {
    problems,
    add: (problem) =>
      problems.push({
        path: problem.path,
        file: problem.file,
        line: problem.line,
        message: problem.message,
        hint: problem.hint,
      }),
  }
}

/** `file:line: message`, as far as each is known. */
export function describeProblem(problem: ConfigProblem): string {
  if (problem.file === undefined) return problem.message
  return `${problem.file}${problem.line === undefined ? '' : `:${problem.line}`}: ${problem.message}`
}

/** The first problem as the error to throw; says how many more there are. */
export function problemsToError(problems: readonly ConfigProblem[]): FieldgateError {
  const first = problems[0]
  if (first === undefined) return new FieldgateError('internal', 'A configuration without problems was refused.')
  const more = problems.length - 1
  const others =
    more === 0 ? undefined : `${more} more ${more === 1 ? 'problem' : 'problems'}: "fieldgate config check" lists all.`
  const hint = [first.hint, others].filter((part) => part !== undefined).join(' ')
  return new FieldgateError('invalid', describeProblem(first), {
    hint: hint === '' ? undefined : hint,
    details: { problems: problems.length, ...(first.line === undefined ? {} : { line: first.line }) },
  })
}
