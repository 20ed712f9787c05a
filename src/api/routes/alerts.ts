/** /api/v3/jobs/{id}/alerts and /settings/slack: who hears of a job, and where the workspace is in Slack. */
import { JobAlerts, JobAlertsSet, SlackSettings, SlackSettingsUpdate } from '../contract/alerts.ts'
import { Id, strict } from '../contract/values.ts'
import { alertsEdit, alertsToWire, slackEdit, slackToWire } from '../translate/alerts.ts'
import { type Api, actorOf, BODY, etag, IF_MATCH, ifVersion, type RouteContext, refusals, SIGNED_IN } from './route.ts'

const tags = ['alerts']
const params = strict({ id: Id })

export const alertRoutes = (api: Api, { services }: RouteContext): void => {
  api.get(
    '/jobs/:id/alerts',
    {
      schema: {
        tags,
        operationId: 'getJobAlerts',
        summary: 'Say who hears of a job',
        params,
        response: { 200: JobAlerts.describe('Its alerts.'), ...refusals(...SIGNED_IN, 'not_found') },
      },
    },
    async (request, reply) => {
      const alerts = await services.alerts.get(actorOf(request), request.params.id)
      return reply.header('etag', etag(alerts.version)).send(alertsToWire(alerts))
    },
  )

  api.patch(
    '/jobs/:id/alerts',
    {
      schema: {
        tags,
        operationId: 'updateJobAlerts',
        summary: 'Choose who hears of a job, or snooze it',
        description:
          'Fields left out stay; `mail` and `rules` are replaced whole. Holds for what happens from then on.',
        params,
        headers: IF_MATCH,
        body: JobAlertsSet,
        response: { 200: JobAlerts.describe('Its alerts.'), ...refusals(...SIGNED_IN, ...BODY, 'not_found', 'stale') },
      },
    },
    async (request, reply) => {
      const edit = alertsEdit(request.body)
      const alerts = await services.alerts.set(actorOf(request), request.params.id, edit, ifVersion(request))
      return reply.header('etag', etag(alerts.version)).send(alertsToWire(alerts))
    },
  )

  api.get(
    '/settings/slack',
    {
      schema: {
        tags,
        operationId: 'getSlackSettings',
        summary: 'Read the Slack settings of the workspace',
        response: { 200: SlackSettings.describe('The settings.'), ...refusals(...SIGNED_IN) },
      },
    },
    async (request, reply) => {
      const slack = await services.noticeSettings.slack(actorOf(request))
      return reply.header('etag', etag(slack.version)).send(slackToWire(slack))
    },
  )

  api.patch(
    '/settings/slack',
    {
      schema: {
        tags,
        operationId: 'updateSlackSettings',
        summary: 'Set where the workspace is in Slack',
        headers: IF_MATCH,
        body: SlackSettingsUpdate,
        response: { 200: SlackSettings.describe('The settings.'), ...refusals(...SIGNED_IN, ...BODY, 'stale') },
      },
    },
    async (request, reply) => {
      const edit = slackEdit(request.body)
      const slack = await services.noticeSettings.setSlack(actorOf(request), edit, ifVersion(request))
      return reply.header('etag', etag(slack.version)).send(slackToWire(slack))
    },
  )
}
