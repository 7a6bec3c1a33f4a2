import { join } from 'node:path'
import { Menu, Tray, nativeImage } from 'electron'
import { TRAY_STATES } from './fleetNews.ts'
import type { TrayState } from './fleetNews.ts'

export interface TrayOptions {
  readonly iconFolder: string
  readonly onOpen: () => void
  readonly onQuit: () => void
}

export interface FleetTray {
  show(state: TrayState, words: string): void
  destroy(): void
}

/** The fleet in the tray: one mark whose form says the state, the figures under the pointer. */
export function openTray({ iconFolder, onOpen, onQuit }: TrayOptions): FleetTray {
  const images = new Map(
    TRAY_STATES.map((state) => {
      const image = nativeImage.createFromPath(join(iconFolder, `tray-${state}Template.png`))
      image.setTemplateImage(true)
      return [state, image]
    }),
  )
  const tray = new Tray(images.get('running') ?? nativeImage.createEmpty())
  tray.setToolTip('Fieldgate')
  tray.setContextMenu(
    Menu.buildFromTemplate([
      { id: 'tray.open', label: 'Open Fieldgate', click: onOpen },
      { type: 'separator' },
      { id: 'tray.quit', label: 'Quit', click: onQuit },
    ]),
  )
  tray.on('click', onOpen)
  let shown: TrayState = 'running'
  return {
    show(state, words) {
      const image = images.get(state)
      if (state !== shown && image !== undefined) tray.setImage(image)
      shown = state
      tray.setToolTip(words)
    },
    destroy: () => tray.destroy(),
  }
}
