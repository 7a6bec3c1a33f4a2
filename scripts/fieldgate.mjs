#!/usr/bin/env node
/** The `fieldgate` command from a checkout: installs what is missing, then runs it under a Node that can. */
import { fileURLToPath } from 'node:url'
import { bootstrap } from './lib/bootstrap.mjs'

// npm runs scripts in the checkout; paths are meant from where the person is.
if (process.env.npm_lifecycle_event === 'fieldgate' && process.env.INIT_CWD !== undefined)
  process.chdir(process.env.INIT_CWD)

if (await bootstrap(fileURLToPath(import.meta.url), process.argv.slice(2))) await import('../electron/cli/index.ts')
