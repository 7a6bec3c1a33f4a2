import { FieldgateError } from '../../../shared/domain/errors.ts'
import type { ErrorData } from '../../../shared/domain/errors.ts'

/** The name of work that a worker thread can do, with the types of what goes in and what comes out. */
export interface Task<Input, Output> {
  readonly name: string
  /** Carries the types only; never set. */
  readonly types?: (input: Input) => Output
}

/** Names work once for both sides of the thread border. */
export function defineTask<Input, Output>(name: string): Task<Input, Output> {
  return { name }
}

/** What a running task is told and may tell. */
export interface TaskContext {
  /** Throws `cancelled` once nobody wants the result any more: to be called between two steps of long work. */
  checkCancelled(): void
  /** Tells the caller how far the work is. Structured-cloneable data. */
  progress(message: unknown): void
}

/** A task with the code that does it: what a worker thread serves. */
export interface TaskImplementation {
  readonly name: string
  run(input: unknown, context: TaskContext): unknown
}

/** Joins a task and the code that does it; the compiler checks that they fit. */
export function implementTask<Input, Output>(
  task: Task<Input, Output>,
  run: (input: Input, context: TaskContext) => Output | Promise<Output>,
): TaskImplementation {
  return { name: task.name, run: (input, context) => run(input as Input, context) }
}

/** What the pool sends to a thread. `cancel` is a shared flag, so that synchronous work can see it. */
export interface TaskOrder {
  readonly id: number
  readonly task: string
  readonly input: unknown
  readonly cancel: Int32Array
}

/** What a thread sends to the pool. */
export type TaskNews =
  | { readonly kind: 'progress'; readonly id: number; readonly message: unknown }
  | { readonly kind: 'done'; readonly id: number; readonly output: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly error: ErrorData }

/** What work throws, and its caller gets, when nobody wants the result any more. */
export function cancelledError(): FieldgateError {
  return new FieldgateError('cancelled', 'The work was cancelled.')
}
