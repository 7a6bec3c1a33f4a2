import type { MessagePort } from 'node:worker_threads'
import { errorToData, FieldgateError } from '../../../shared/domain/errors.ts'
import { cancelledError } from './tasks.ts'
import type { TaskImplementation, TaskNews, TaskOrder } from './tasks.ts'

/** Serves tasks in a worker thread until the thread is ended. The pool sends one order at a time. */
export function serveTasks(port: MessagePort, tasks: readonly TaskImplementation[]): void {
  const byName = new Map(tasks.map((task) => [task.name, task]))
  const tell = (news: TaskNews): void => port.postMessage(news)
  port.on('message', (order: TaskOrder) => {
    void perform(byName, order, tell).then(
      (output) => tell({ kind: 'done', id: order.id, output }),
      (error: unknown) => tell({ kind: 'failed', id: order.id, error: errorToData(error) }),
    )
  })
}

async function perform(
  tasks: ReadonlyMap<string, TaskImplementation>,
  order: TaskOrder,
  tell: (news: TaskNews) => void,
): Promise<unknown> {
  const task = tasks.get(order.task)
  if (task === undefined) throw new FieldgateError('internal', `The worker thread knows no task "${order.task}".`)
  return task.run(order.input, {
    checkCancelled: () => {
      if (Atomics.load(order.cancel, 0) !== 0) throw cancelledError()
    },
    progress: (message) => tell({ kind: 'progress', id: order.id, message }),
  })
}
