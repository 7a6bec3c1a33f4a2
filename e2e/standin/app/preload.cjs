const { contextBridge, ipcRenderer } = require('electron')
let modules = ''
for (const name of ['fs', 'node:child_process', 'path']) {
  try {
    require(name)
    modules += name
  } catch {}
}
contextBridge.exposeInMainWorld('probe', {
  modules,
  invoke: (channel, ...args) => ipcRenderer.invoke(channel, ...args),
  add: (a, b) => a + b,
  fail: () => {
    throw new Error('from the preload')
  },
  ticks: (count, listener) => {
    const hear = (_event, at, when) => listener(at, when)
    ipcRenderer.on('tick', hear)
    void ipcRenderer.invoke('ticks', count)
    return () => ipcRenderer.off('tick', hear)
  },
})
