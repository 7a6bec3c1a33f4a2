import { Notification } from 'electron'
import type { AttentionEntry } from '../../shared/domain/attention.ts'
import type { FleetStatus } from '../../shared/domain/node.ts'
import type { PipelineConfig } from '../../shared/domain/pipelines.ts'
import type { EventMessage } from '../../shared/ipc/wire.ts'
import type { Place } from './appUrl.ts'
import { describeFleet, newsOfAttention, newsOfPipeline, trayState } from './fleetNews.ts'
import type { News } from './fleetNews.ts'
import type { FleetTray } from './tray.ts'

/** So many told ids are remembered; a switch to emergency is told once however often it is announced. */
const REMEMBERED = 1000

export interface Newsroom {
  hear(message: EventMessage): void
}

/** Turns announcements into the tray's mark and into notifications for emergency and stalls. */
export function openNewsroom(tray: FleetTray | undefined, onOpen: (place: Place) => void): Newsroom {
  const told = new Set<string>()
  let attention: readonly AttentionEntry[] = []
  let fleet: FleetStatus | undefined

  const tell = (news: News): void => {
    if (told.has(news.id) || !Notification.isSupported()) return
    if (told.size >= REMEMBERED) told.clear()
    told.add(news.id)
    const notification = new Notification({ title: news.title, body: news.body })
    notification.on('click', () => onOpen(news.place))
    notification.show()
  }
  const showTray = (): void => tray?.show(trayState(fleet, attention), describeFleet(fleet, attention))

  return {
    hear({ event, payload }) {
      if (event === 'fleet.changed') {
        fleet = payload as FleetStatus
        showTray()
      } else if (event === 'attention.changed') {
        const now = payload as readonly AttentionEntry[]
        for (const news of newsOfAttention(attention, now)) tell(news)
        for (const gone of attention) if (!now.some((entry) => entry.id === gone.id)) told.delete(gone.id)
        attention = now
        showTray()
      } else if (event === 'pipelines.changed') {
        const news = newsOfPipeline(payload as PipelineConfig)
        if (news !== undefined) tell(news)
      }
    },
  }
}
