import { dialog } from 'electron'
import type { BrowserWindow, OpenDialogOptions } from 'electron'
import type { DesktopDialogs } from './desktopHost.ts'

/** The system's pickers, over the window when there is one. Null when nothing was chosen. */
export function desktopDialogs(window: () => BrowserWindow | undefined): DesktopDialogs {
  const pick = async (options: OpenDialogOptions): Promise<string | null> => {
    const parent = window()
    const { canceled, filePaths } =
      parent === undefined || parent.isDestroyed()
        ? await dialog.showOpenDialog(options)
        : await dialog.showOpenDialog(parent, options)
    return canceled ? null : (filePaths[0] ?? null)
  }
  return {
    pickFile: (title) => pick({ title, properties: ['openFile'], filters: SQLITE_FILES }),
    pickFolder: (title) => pick({ title, properties: ['openDirectory', 'createDirectory'] }),
  }
}

const SQLITE_FILES = [
  { name: 'SQLite databases', extensions: ['db', 'sqlite', 'sqlite3'] },
  { name: 'All files', extensions: ['*'] },
]
