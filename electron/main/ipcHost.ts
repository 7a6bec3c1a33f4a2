import { ipcMain } from 'electron'
import type { BrowserWindow } from 'electron'
import type { EventMessage } from '../../shared/ipc/wire.ts'
import type { CallRouter } from '../core/host/callRouter.ts'
import { openCallGuard } from './callGuard.ts'

const CALL = 'fieldgate:call'
const EVENT = 'fieldgate:event'

/** Answers the calls of the window. Whatever comes in, a reply goes out; nothing a page sends can throw here. */
export function answerCalls(router: CallRouter): void {
  const answer = openCallGuard(router)
  ipcMain.handle(CALL, (event, ...args: unknown[]) => answer(event.senderFrame, args))
}

/** Sends an announcement to a window that still is one. */
export function sendEvent(window: BrowserWindow | undefined, message: EventMessage): void {
  if (window === undefined || window.isDestroyed() || window.webContents.isDestroyed()) return
  window.webContents.send(EVENT, message)
}
