import { parentPort } from 'node:worker_threads'
import { defineTask, implementTask } from '../../electron/core/support/workerPool.ts'
import { serveTasks } from '../../electron/core/support/workerThread.ts'
import { FieldgateError } from '../../shared/domain/errors.ts'

if (parentPort !== null) {
  serveTasks(parentPort, [
    implementTask(defineTask<unknown, unknown>('echo'), (input) => input),
    implementTask(defineTask<{ readonly ms: number }, number>('sleep'), ({ ms }) => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
      return ms
    }),
    implementTask(defineTask<string, never>('fail'), (name) => {
      throw new FieldgateError('denied', `${name} said no`, { hint: 'the remedy' })
    }),
    implementTask(defineTask<string, number>('crash'), async (how) => {
      if (how === 'exit') process.exit(3)
      setTimeout(() => {
        throw new Error('thrown outside of the task')
      }, 1)
      return new Promise<number>(() => undefined)
    }),
    implementTask(defineTask<number, number>('count'), (limit, context) => {
      context.progress('counting')
      for (let i = 0; i < limit; i++) if (i % 1000 === 0) context.checkCancelled()
      return limit
    }),
  ])
}
