/** Events on the wire: as a page, and one by one in a stream. */
import { z } from 'zod'
import { EVERY_EVENT_TYPE } from '../../domain/event.ts'
import { NextCursor, ORDER, PAGE_QUERY, type QueryOf } from './paging.ts'
import { Id, Instant, strict } from './values.ts'

export const EventType = z.enum(EVERY_EVENT_TYPE)

export const Event = strict({
  id: z
    .string()
    .describe('A number that rises by one with each event of the workspace; `Last-Event-ID` of the stream.'),
  type: EventType,
  at: Instant,
  subject: strict({ kind: z.string(), id: z.string() }).describe('What it is about.'),
  job_id: Id.nullable(),
  actor_id: z.string().nullable().describe('The user or key that caused it; null: the server itself, or a stranger.'),
  data: z.record(z.string(), z.unknown()).describe('A few facts of the kind; never a secret.'),
}).meta({ id: 'Event' })
export type Event = z.infer<typeof Event>

export const EventPage = strict({ items: z.array(Event), next_cursor: NextCursor }).meta({ id: 'EventPage' })
export type EventPage = z.infer<typeof EventPage>

export const EventQuery = strict({
  ...PAGE_QUERY,
  types: z
    .union([EventType.transform((one) => [one]), z.array(EventType).max(EVERY_EVENT_TYPE.length)], {
      error: `one of ${EVERY_EVENT_TYPE.join(', ')} is needed; repeat the parameter for several`,
    })
    .optional()
    .describe('Repeat for several. Default: all that you may hear of.'),
  job_id: Id.optional(),
  after: z.coerce
    .number()
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER)
    .optional()
    .describe(
      'Only events after the one with this id. The stream begins there; default: with what happens from now on.',
    ),
  order: ORDER,
})
export type EventQuery = QueryOf<typeof EventQuery>
