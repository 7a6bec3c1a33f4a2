import { parentPort } from 'node:worker_threads'
import { serveTasks } from '../core/support/workerThread.ts'
import { TASKS } from './tasks.ts'

// Entry of the worker threads: heavy SQLite reads, Parquet and hashing live here, never in the main thread.
if (parentPort !== null) serveTasks(parentPort, TASKS)
