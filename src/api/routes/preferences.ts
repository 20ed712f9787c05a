/** /api/v3/me/preferences: what you want to see and hear of. */
import {
  ColumnPreferences,
  ColumnPreferencesUpdate,
  NotificationPreferences,
  NotificationPreferencesUpdate,
} from '../contract/inbox.ts'
import { columnsFrom, columnsToWire, noticePreferencesFrom, noticePreferencesToWire } from '../translate/inbox.ts'
import { type Api, actorOf, BODY, type RouteContext, refusals, SIGNED_IN } from './route.ts'

const tags = ['preferences']

export const preferenceRoutes = (api: Api, { services }: RouteContext): void => {
  const path = { notifications: '/me/preferences/notifications', columns: '/me/preferences/columns' }

  api.get(
    path.notifications,
    {
      schema: {
        tags,
        operationId: 'getNotificationPreferences',
        summary: 'Say what you want to hear of',
        response: { 200: NotificationPreferences.describe('Your choice.'), ...refusals(...SIGNED_IN) },
      },
    },
    async (request) => {
      const actor = actorOf(request)
      return noticePreferencesToWire(await services.preferences.notifications(actor, ownId(actor)))
    },
  )

  api.patch(
    path.notifications,
    {
      schema: {
        tags,
        operationId: 'updateNotificationPreferences',
        summary: 'Choose what you want to hear of',
        description: 'Fields left out stay.',
        body: NotificationPreferencesUpdate,
        response: { 200: NotificationPreferences.describe('Your choice.'), ...refusals(...SIGNED_IN, ...BODY) },
      },
    },
    async (request) => {
      const actor = actorOf(request)
      const edit = noticePreferencesFrom(request.body)
      return noticePreferencesToWire(await services.preferences.setNotifications(actor, ownId(actor), edit))
    },
  )

  api.get(
    path.columns,
    {
      schema: {
        tags,
        operationId: 'getColumnPreferences',
        summary: 'Say which columns you see in the table of jobs',
        response: { 200: ColumnPreferences.describe('Your choice.'), ...refusals(...SIGNED_IN) },
      },
    },
    async (request) => {
      const actor = actorOf(request)
      return columnsToWire(await services.preferences.ui(actor, ownId(actor)))
    },
  )

  api.patch(
    path.columns,
    {
      schema: {
        tags,
        operationId: 'updateColumnPreferences',
        summary: 'Choose which columns you see in the table of jobs',
        description: 'Fields left out stay.',
        body: ColumnPreferencesUpdate,
        response: { 200: ColumnPreferences.describe('Your choice.'), ...refusals(...SIGNED_IN, ...BODY) },
      },
    },
    async (request) => {
      const actor = actorOf(request)
      const columns = columnsFrom(await services.preferences.ui(actor, ownId(actor)), request.body)
      return columnsToWire(await services.preferences.setUi(actor, ownId(actor), columns))
    },
  )
}

/** A key speaks of its owner. */
const ownId = (actor: ReturnType<typeof actorOf>): string => (actor.kind === 'system' ? '' : actor.userId)
