#!/usr/bin/env node
/** The `fieldgate` command. Nothing native is loaded before the Node that runs it is known to be able to. */
const NAPI_NEEDED = 10

if (Number(process.versions.napi) < NAPI_NEEDED) {
  process.stderr.write(`error: Fieldgate needs Node 22.18 or newer; this is ${process.version}.\n`)
  process.stderr.write('hint: Install Node 24, or on Linux x64 run it through npm, which brings its own Node.\n')
  process.exitCode = 1
} else {
  const [{ runCommandLine }, { processIo }] = await Promise.all([import('./program.ts'), import('./io.ts')])
  process.exitCode = await runCommandLine(process.argv.slice(2), processIo())
}
