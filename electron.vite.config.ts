import { cp } from 'node:fs/promises'
import { resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'

const here = import.meta.dirname
const entry = (path: string): string => resolve(here, path)
/** A `fieldgate serve` that a renderer under `electron-vite dev --rendererOnly` calls. */
const api = process.env.FIELDGATE_API

/** What the app reads at run time goes into the build, so that `out/` starts by itself. */
const copyResources = {
  name: 'copy-resources',
  closeBundle: async () => {
    for (const folder of ['scenarios', 'demo', 'deploy', 'icons']) {
      await cp(entry(`resources/${folder}`), entry(`out/resources/${folder}`), { recursive: true })
    }
  },
}

export default defineConfig({
  main: {
    plugins: [copyResources],
    // Its Node build declares a `require` of its own, beside the one electron-vite adds; zipping in memory needs neither.
    resolve: { alias: { fflate: 'fflate/browser' } },
    build: {
      outDir: 'out/main',
      // Only what is in `dependencies` stays outside: better-sqlite3 is native, parquetjs-lite breaks when bundled.
      externalizeDeps: true,
      rolldownOptions: {
        input: {
          index: entry('electron/main/index.ts'),
          engine: entry('electron/worker/engine.ts'),
          worker: entry('electron/worker/worker.ts'),
          simulator: entry('electron/worker/simulator.ts'),
          cli: entry('electron/cli/index.ts'),
        },
        // The bundles name no folder of the machine that built them: two builds anywhere are the same bytes.
        experimental: { attachDebugInfo: 'none' },
        // Chunks beside the entries: a thread is found by a name relative to the module that starts it.
        output: { chunkFileNames: '[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      externalizeDeps: false,
      rolldownOptions: {
        input: { index: entry('electron/preload/index.ts') },
        experimental: { attachDebugInfo: 'none' },
        // A sandboxed preload cannot be an ES module.
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'renderer',
    plugins: [react()],
    // A module preload polyfill would be an inline script, which the content security policy refuses.
    build: {
      outDir: 'out/renderer',
      minify: true,
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: { input: entry('renderer/index.html') },
    },
    server:
      api === undefined
        ? {}
        : { proxy: { '/api': { target: api, changeOrigin: true, ws: true, headers: { origin: api } } } },
  },
})
