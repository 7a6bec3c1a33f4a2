import { Notification } from 'electron'
import { DEFAULT_NOTIFICATIONS } from '../../shared/domain/notifications.ts'
import type { NotificationChoices } from '../../shared/domain/notifications.ts'
import type { Place } from './appUrl.ts'
import { describeFleet, trayState } from './fleetNews.ts'
import type { LocalState } from './localState.ts'
import { createNewsDesk } from './newsDesk.ts'
import type { FleetTray } from './tray.ts'

/** What a person chose to be interrupted for, on this computer; undefined where the system shows no notifications. */
export interface NotificationSettings {
  read(): NotificationChoices | undefined
  write(choices: NotificationChoices): void
}

/** The choices in the machine's own state; everything is told until somebody chooses otherwise. */
export function notificationSettings(local: LocalState): NotificationSettings {
  return {
    read: () => (Notification.isSupported() ? (local.read().notifications ?? DEFAULT_NOTIFICATIONS) : undefined),
    write: (notifications) => local.write({ notifications }),
  }
}

/** Turns announcements into the tray's mark and into notifications for emergency and stalls, as chosen. */
export function openNewsroom(
  tray: FleetTray | undefined,
  settings: NotificationSettings,
  onOpen: (place: Place) => void,
): ReturnType<typeof createNewsDesk> {
  return createNewsDesk({
    choices: () => settings.read() ?? { emergency: false, stalls: false, quiet: null },
    minute: () => {
      const now = new Date()
      return now.getHours() * 60 + now.getMinutes()
    },
    tell: (news) => {
      const notification = new Notification({ title: news.title, body: news.body })
      notification.on('click', () => onOpen(news.place))
      notification.show()
    },
    onFleet: (fleet, attention) => tray?.show(trayState(fleet, attention), describeFleet(fleet, attention)),
  })
}
