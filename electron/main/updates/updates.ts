import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { app, dialog, shell } from 'electron'
import type { BrowserWindow } from 'electron'
import type { Execution } from '../../../shared/domain/execution.ts'
import { errorToData } from '../../../shared/domain/errors.ts'
import { systemClock } from '../../core/support/clock.ts'
import type { Log } from '../../core/support/log.ts'
import { checkFeed } from './feed.ts'
import { installedKind, planInstall, previousOf, replaceFile, waitUntilIdle } from './install.ts'
import type { InstallStep } from './install.ts'
import { readUpdateSettings } from './settings.ts'
import { stageUpdate } from './stick.ts'
import type { StagedUpdate } from './stick.ts'

export interface UpdatesOptions {
  readonly log: Log
  readonly window: () => BrowserWindow | undefined
  readonly pickFolder: (title: string) => Promise<string | null>
  readonly executions: () => Promise<readonly Execution[]>
}

export interface Updates {
  /** Lets the person choose the folder of an update, checks and installs it. Never throws: what is wrong is shown. */
  installFromFolder(): Promise<void>
  /** Asks the feed; undefined when none is configured. Never throws. */
  readonly check: (() => Promise<void>) | undefined
}

/** Where rpm keeps what it installed; a system without it takes a .deb. */
const RPM_DATABASES = ['/var/lib/rpm', '/usr/lib/sysimage/rpm']

/** Updates of the desktop app: from a signed folder, and from a feed where updates.json of this machine names one. */
export function openUpdates(options: UpdatesOptions): Updates {
  const folder = app.getPath('userData')
  const { settings, problem } = readUpdateSettings(join(folder, 'updates.json'))
  if (problem !== undefined) options.log.warn(problem)
  const appImage = process.env['APPIMAGE']

  /** Shows a box over the window; resolves to the number of the button. */
  const ask = async (
    message: string,
    detail: string,
    buttons: readonly string[],
    signal?: AbortSignal,
  ): Promise<number> => {
    const box = {
      type: 'info' as const,
      title: 'Fieldgate',
      message,
      detail,
      buttons: [...buttons],
      defaultId: 0,
      cancelId: buttons.length - 1,
      noLink: true,
      ...(signal === undefined ? {} : { signal }),
    }
    const window = options.window()
    const shown =
      window === undefined || window.isDestroyed() ? dialog.showMessageBox(box) : dialog.showMessageBox(window, box)
    return (await shown).response
  }
  const report = async (error: unknown): Promise<void> => {
    const { code, message, hint } = errorToData(error)
    options.log.warn('An update was refused.', { code, cause: message })
    await ask('The update was not installed', [message, hint].filter((text) => text !== undefined).join('\n\n'), [
      'Close',
    ])
  }

  /** Waits until no upload is under way; false when the person would rather not. */
  const idle = async (): Promise<boolean> => {
    const over = new AbortController()
    const closed = new AbortController()
    let isShown = false
    const waited = await waitUntilIdle(options.executions, systemClock, over.signal, (uploads) => {
      if (isShown) return
      isShown = true
      const what = uploads === 1 ? '1 upload' : `${uploads} uploads`
      void ask(`The update waits for ${what}`, 'It goes on by itself.', ['Not now'], closed.signal).then(() =>
        over.abort(),
      )
    })
    closed.abort()
    return waited
  }

  const install = async (update: StagedUpdate): Promise<void> => {
    const answer = await ask(
      `Install Fieldgate ${update.version}?`,
      `${update.notes}\n\nRunning now: ${app.getVersion()}. Workspaces stay as they are; to go back, install that version again.`.trim(),
      ['Install', 'Not now'],
    )
    if (answer !== 0 || !(await idle())) return
    options.log.info('An update is being installed.', { version: update.version, from: app.getVersion() })
    await perform(planInstall(update, appImage))
  }

  return {
    async installFromFolder() {
      const chosen = await options.pickFolder('Folder with the update')
      if (chosen === null) return
      try {
        const update = await stageUpdate(chosen, join(folder, 'updates'), {
          version: app.getVersion(),
          platform: process.platform,
          arch: process.arch,
          kind: installedKind(process.platform, appImage, RPM_DATABASES.some(existsSync)),
          channel: settings.channel,
          keys: settings.keys,
        })
        await install(update)
      } catch (error) {
        await report(error)
      }
    },
    check:
      settings.feed === undefined || !app.isPackaged
        ? undefined
        : () => checkFeed(settings.feed ?? '', settings.channel, { ask, idle, log: options.log }).catch(report),
  }
}

async function perform(step: InstallStep): Promise<void> {
  switch (step.do) {
    case 'open':
      await shell.openPath(step.path)
      return
    case 'run':
      spawn(step.path, [...step.args], { detached: true, stdio: 'ignore' }).unref()
      app.quit()
      return
    case 'replace':
      await replaceFile(step.path, step.target)
      app.relaunch({ execPath: step.target, args: [`--updated-from=${previousOf(step.target)}`] })
      app.quit()
  }
}
