/** /api/v3/settings/webhooks, test messages, and /deliveries: where messages go, and what became of each. */
import { z } from 'zod'
import {
  Delivery,
  DeliveryPage,
  DeliveryQuery,
  NewWebhook,
  Webhook,
  WebhookCreate,
  WebhookList,
  WebhookUpdate,
} from '../contract/channels.ts'
import { Rotate } from '../contract/target-security.ts'
import { Id, NoFields, strict } from '../contract/values.ts'
import { deliveryToWire, newWebhookToWire, webhookEdit, webhookInput, webhookToWire } from '../translate/channels.ts'
import { toMs } from '../translate/values.ts'
import {
  type Api,
  actorOf,
  asQueryFault,
  BODY,
  etag,
  IF_MATCH,
  idForErrand,
  ifVersion,
  type RouteContext,
  refusals,
  SIGNED_IN,
} from './route.ts'

const params = strict({ id: Id })

export const channelRoutes = (api: Api, context: RouteContext): void => {
  webhookRoutes(api, context)
  testRoutes(api, context)
  deliveryRoutes(api, context)
}

const DAY_SECONDS = 86_400

const webhookRoutes = (api: Api, { services }: RouteContext): void => {
  const tags = ['webhooks']
  api.get(
    '/settings/webhooks',
    {
      schema: {
        tags,
        operationId: 'listWebhooks',
        summary: 'List the webhook channels',
        response: { 200: WebhookList.describe('By name.'), ...refusals(...SIGNED_IN) },
      },
    },
    async (request) => ({ items: (await services.webhooks.list(actorOf(request))).map(webhookToWire) }),
  )

  api.post(
    '/settings/webhooks',
    {
      schema: {
        tags,
        operationId: 'createWebhook',
        summary: 'Make a webhook channel',
        description:
          'Alerts name it by its id. Messages are signed by Standard Webhooks; a secret that is made is shown in this answer alone.',
        body: WebhookCreate,
        response: {
          201: NewWebhook.describe('The channel.'),
          ...refusals(...SIGNED_IN, ...BODY, 'conflict', 'egress.denied'),
        },
      },
    },
    async (request, reply) => {
      const input = { ...webhookInput(request.body), id: idForErrand(request, 'webhook') }
      const made = await services.webhooks.create(actorOf(request), input)
      return reply
        .code(201)
        .header('location', `/api/v3/settings/webhooks/${made.webhook.id}`)
        .header('etag', etag(made.webhook.version))
        .send(newWebhookToWire(made))
    },
  )

  api.get(
    '/settings/webhooks/:id',
    {
      schema: {
        tags,
        operationId: 'getWebhook',
        summary: 'Read a webhook channel',
        params,
        response: { 200: Webhook.describe('The channel.'), ...refusals(...SIGNED_IN, 'not_found') },
      },
    },
    async (request, reply) => {
      const webhook = await services.webhooks.get(actorOf(request), request.params.id)
      return reply.header('etag', etag(webhook.version)).send(webhookToWire(webhook))
    },
  )

  api.patch(
    '/settings/webhooks/:id',
    {
      schema: {
        tags,
        operationId: 'updateWebhook',
        summary: 'Change a webhook channel',
        params,
        headers: IF_MATCH,
        body: WebhookUpdate,
        response: {
          200: Webhook.describe('The channel.'),
          ...refusals(...SIGNED_IN, ...BODY, 'not_found', 'conflict', 'stale', 'egress.denied'),
        },
      },
    },
    async (request, reply) => {
      const edit = webhookEdit(request.body)
      const webhook = await services.webhooks.update(actorOf(request), request.params.id, edit, ifVersion(request))
      return reply.header('etag', etag(webhook.version)).send(webhookToWire(webhook))
    },
  )

  api.post(
    '/settings/webhooks/:id/rotate',
    {
      schema: {
        tags,
        operationId: 'rotateWebhookSecret',
        summary: 'Give a webhook channel another secret',
        description:
          'The present secret becomes the former one and signs too, for a day unless the request says otherwise. A secret that is made is shown in this answer alone.',
        params,
        headers: IF_MATCH,
        body: Rotate.optional(),
        response: {
          200: NewWebhook.describe('The channel.'),
          ...refusals(...SIGNED_IN, ...BODY, 'not_found', 'conflict', 'stale'),
        },
      },
    },
    async (request, reply) => {
      const { secret, previous_valid_seconds = DAY_SECONDS } = request.body ?? {}
      const rotation = { secret, previousValidMs: toMs(previous_valid_seconds) }
      const made = await services.webhooks.rotate(actorOf(request), request.params.id, rotation, ifVersion(request))
      return reply.header('etag', etag(made.webhook.version)).send(newWebhookToWire(made))
    },
  )

  api.delete(
    '/settings/webhooks/:id',
    {
      schema: {
        tags,
        operationId: 'deleteWebhook',
        summary: 'Delete a webhook channel',
        description: 'What waits for it is given up.',
        params,
        headers: IF_MATCH,
        response: { 204: z.undefined().describe('It is gone.'), ...refusals(...SIGNED_IN, 'not_found', 'stale') },
      },
    },
    async (request, reply) => {
      await services.webhooks.delete(actorOf(request), request.params.id, ifVersion(request))
      return reply.code(204).send()
    },
  )
}

/** A test goes the way of all messages: its delivery says what became of it. */
const testRoutes = (api: Api, { services }: RouteContext): void => {
  const description = 'It is tried for a minute; its delivery says what became of it.'
  const response = {
    202: Delivery.describe('Its delivery.'),
    ...refusals(...SIGNED_IN, ...BODY, 'conflict'),
  }

  api.post(
    '/settings/slack/test',
    {
      schema: {
        tags: ['alerts'],
        operationId: 'testSlack',
        summary: 'Send a test message to Slack',
        description,
        body: NoFields,
        response,
      },
    },
    async (request, reply) => {
      const sent = await services.testMessages.slack(actorOf(request), idForErrand(request, 'test'))
      return reply.code(202).header('location', `/api/v3/deliveries/${sent.id}`).send(deliveryToWire(sent))
    },
  )

  api.post(
    '/settings/mail/test',
    {
      schema: {
        tags: ['alerts'],
        operationId: 'testMail',
        summary: 'Send a test message to your own e-mail address',
        description,
        body: NoFields,
        response,
      },
    },
    async (request, reply) => {
      const sent = await services.testMessages.mail(actorOf(request), idForErrand(request, 'test'))
      return reply.code(202).header('location', `/api/v3/deliveries/${sent.id}`).send(deliveryToWire(sent))
    },
  )

  api.post(
    '/settings/webhooks/:id/test',
    {
      schema: {
        tags: ['webhooks'],
        operationId: 'testWebhook',
        summary: 'Send a test message to a webhook channel',
        description,
        params,
        body: NoFields,
        response: {
          202: Delivery.describe('Its delivery.'),
          ...refusals(...SIGNED_IN, ...BODY, 'not_found', 'conflict'),
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const sent = await services.testMessages.webhook(actorOf(request), id, idForErrand(request, 'test'))
      return reply.code(202).header('location', `/api/v3/deliveries/${sent.id}`).send(deliveryToWire(sent))
    },
  )
}

const deliveryRoutes = (api: Api, { services }: RouteContext): void => {
  const tags = ['deliveries']
  api.get(
    '/deliveries',
    {
      schema: {
        tags,
        operationId: 'listDeliveries',
        summary: 'List messages to e-mail, Slack and webhooks',
        description: 'They are kept for 30 days after their end.',
        querystring: DeliveryQuery,
        response: {
          200: DeliveryPage.describe('A page of deliveries, newest first.'),
          ...refusals(...SIGNED_IN, 'malformed'),
        },
      },
    },
    async (request) => {
      const { cursor = null, ...query } = request.query
      const page = await asQueryFault(services.deliveries.list(actorOf(request), { ...query, cursor }))
      return { items: page.items.map(deliveryToWire), next_cursor: page.nextCursor }
    },
  )

  api.get(
    '/deliveries/:id',
    {
      schema: {
        tags,
        operationId: 'getDelivery',
        summary: 'Show a delivery',
        params,
        response: { 200: Delivery.describe('The delivery.'), ...refusals(...SIGNED_IN, 'not_found') },
      },
    },
    async (request) => deliveryToWire(await services.deliveries.get(actorOf(request), request.params.id)),
  )

  api.post(
    '/deliveries/:id/retry',
    {
      schema: {
        tags,
        operationId: 'retryDelivery',
        summary: 'Try a delivery again that was given up',
        description: 'For another day, under the same id.',
        params,
        body: NoFields,
        response: {
          202: Delivery.describe('The delivery.'),
          ...refusals(...SIGNED_IN, ...BODY, 'not_found', 'conflict'),
        },
      },
    },
    async (request, reply) =>
      reply.code(202).send(deliveryToWire(await services.deliveries.retry(actorOf(request), request.params.id))),
  )
}
