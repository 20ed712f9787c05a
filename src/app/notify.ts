/** Station 6 with everything it needs: its channels, the keys of their secrets, where links lead, log and metrics. */
import type { Auth } from '../auth/auth.ts'
import type { Config } from '../config/config.ts'
import { systemClock } from '../domain/clock.ts'
import { newId } from '../domain/ids.ts'
import type { PostOptions } from '../execute/execute.ts'
import { createNotify, type Notify } from '../notify/notify.ts'
import { render } from '../notify/render.ts'
import { slackPlace } from '../services/notice-settings.ts'
import { webhookSecrets } from '../services/webhooks.ts'
import type { Store } from '../store/store.ts'
import type { Log } from '../telemetry/log.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { jobPage, openChannels } from './channels.ts'

export type Telling = {
  readonly start: () => void
  readonly stop: () => Promise<void>
}

export const openNotify = (
  config: Config,
  parts: {
    readonly store: Store
    readonly auth: Auth
    readonly log: Log
    readonly metrics: Metrics
    readonly ways: Pick<PostOptions, 'egress' | 'revocation' | 'version'>
    /** Only a process that schedules tells. */
    readonly active: () => boolean
  },
): Telling => {
  const { store, auth, log, metrics } = parts
  const { channels, close } = openChannels(config, parts.ways)
  const notify: Notify = createNotify({
    store,
    clock: systemClock,
    random: Math.random,
    newId,
    channels,
    render,
    openSlack: (workspaceKey, sealed) => auth.secrets.open(sealed, slackPlace(workspaceKey)),
    openWebhook: (row) => webhookSecrets(auth.secrets, row, systemClock.now()),
    linkOf: (jobId) => jobPage(config, jobId),
    zone: config.timeZone,
    active: parts.active,
    onEnded: (channel, how, error) => {
      metrics.delivery(channel, how)
      if (how === 'failed') log.warn('a message was given up', { channel, reason: error })
      else if (how === 'delayed') log.info('a message could not be sent and is tried again', { channel, reason: error })
    },
    onFault: (error) => log.error('a station met a fault and goes on', { station: 'notify', error }),
  })
  metrics.beforeScrape(async () => {
    const { waiting, oldestAt } = await store.outbox.depth()
    metrics.outbox(waiting, oldestAt === null ? 0 : (systemClock.now() - oldestAt) / 1000)
  })
  return {
    start: notify.start,
    stop: async () => {
      await notify.stop()
      close()
    },
  }
}
