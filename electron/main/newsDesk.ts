import type { AttentionEntry } from '../../shared/domain/attention.ts'
import type { FleetStatus } from '../../shared/domain/node.ts'
import { isQuiet } from '../../shared/domain/notifications.ts'
import type { NotificationChoices } from '../../shared/domain/notifications.ts'
import type { PipelineConfig } from '../../shared/domain/pipelines.ts'
import type { EventMessage } from '../../shared/ipc/wire.ts'
import { newsOfAttention, newsOfPipeline } from './fleetNews.ts'
import type { News } from './fleetNews.ts'

/** So many told ids are remembered; a switch to emergency is told once however often it is announced. */
const REMEMBERED = 1000

export interface NewsDeskOptions {
  readonly choices: () => NotificationChoices
  /** Minute of the local day. */
  readonly minute: () => number
  readonly tell: (news: News) => void
  /** Hears the fleet and what needs a person whenever either changed. */
  readonly onFleet: (fleet: FleetStatus | undefined, attention: readonly AttentionEntry[]) => void
}

/**
 * Decides which announcements interrupt a person: each cause once until it has gone and come again, each switch to
 * emergency once. In quiet hours only emergencies do; a stall that still stands when they end is told then.
 */
export function createNewsDesk(options: NewsDeskOptions): { hear(message: EventMessage): void } {
  const told = new Set<string>()
  let fleet: FleetStatus | undefined
  let attention: readonly AttentionEntry[] = []
  /** What was decided on, told or not. */
  let judged: readonly AttentionEntry[] = []

  const tell = (news: News): void => {
    if (told.has(news.id)) return
    if (told.size >= REMEMBERED) told.clear()
    told.add(news.id)
    options.tell(news)
  }
  const judge = (): void => {
    const { stalls, quiet } = options.choices()
    if (isQuiet(quiet, options.minute())) {
      judged = judged.filter((before) => attention.some((entry) => entry.id === before.id))
      return
    }
    if (stalls) for (const news of newsOfAttention(judged, attention)) tell(news)
    judged = attention
  }

  return {
    hear({ event, payload }) {
      if (event === 'fleet.changed') fleet = payload as FleetStatus
      else if (event === 'attention.changed') {
        const now = payload as readonly AttentionEntry[]
        for (const gone of attention) if (!now.some((entry) => entry.id === gone.id)) told.delete(gone.id)
        attention = now
      } else if (event === 'pipelines.changed') {
        const news = newsOfPipeline(payload as PipelineConfig)
        if (news !== undefined && options.choices().emergency) tell(news)
        return
      } else return
      judge()
      options.onFleet(fleet, attention)
    },
  }
}
