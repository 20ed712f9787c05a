/** Applications and their APIs on the wire. */
import { z } from 'zod'
import { ENABLED, JOB_REST, Job } from './jobs.ts'
import { TIMETABLE_INPUT } from './schedules.ts'
import { ApiTargetEdit, ApiTargetInput } from './targets.ts'
import { Id, Instant, strict, Version } from './values.ts'

export const Application = strict({
  id: Id,
  name: z.string(),
  description: z.string().nullable(),
  owner_id: z.string(),
  root_url: z.string().nullable().describe('What the paths of its APIs are joined to.'),
  handshake_url: z.string().nullable().describe('Asked, before each run, how to sign in to the application.'),
  secret_fingerprint: z
    .string()
    .nullable()
    .describe('Equal secrets of a workspace have the same one. Null: it has no secret.'),
  version: Version,
  created_at: Instant,
  updated_at: Instant,
}).meta({ id: 'Application' })
export type Application = z.infer<typeof Application>

export const ApplicationList = strict({ items: z.array(Application) }).meta({ id: 'ApplicationList' })
export type ApplicationList = z.infer<typeof ApplicationList>

const url = z.string().min(1).max(8192).nullable()
const name = z.string().min(1).max(99)
const fields = {
  description: z.string().max(2000).nullable().optional(),
  root_url: url.optional().describe('What the paths of its APIs are joined to; stays while it has APIs.'),
  handshake_url: url.optional().describe('Asked by POST, before each run, how to sign in to the application.'),
  secret: z
    .string()
    .min(1)
    .max(4096)
    .nullable()
    .optional()
    .describe('What a handshake proves itself with. Kept encrypted, and sent to the origin of the handshake alone.'),
}

export const ApplicationCreate = strict({ name, ...fields }).meta({
  id: 'ApplicationCreate',
  examples: [
    {
      name: 'billing',
      root_url: 'https://billing.example.com/api',
      handshake_url: 'https://billing.example.com/auth/handshake',
      secret: 'a pre-shared secret',
    },
  ],
})
export type ApplicationCreate = z.input<typeof ApplicationCreate>

export const ApplicationUpdate = strict({ name: name.optional(), ...fields }).meta({ id: 'ApplicationUpdate' })
export type ApplicationUpdate = z.input<typeof ApplicationUpdate>

export const HandshakeTrial = strict({
  ok: z.boolean(),
  auth_type: z.enum(['Basic', 'BearerToken']).nullable(),
  valid_until: Instant.nullable().describe('Null: the application does not say; each run makes a handshake.'),
  status_code: z.int().nullable(),
  error: z.string().nullable().describe('What went wrong, in one sentence.'),
  failure: z.string().nullable(),
  duration_seconds: z.number(),
}).meta({ id: 'HandshakeTrial' })
export type HandshakeTrial = z.infer<typeof HandshakeTrial>

export const ApiDefinition = strict({
  id: Id,
  application: strict({ id: Id, name: z.string() }),
  name: z.string().describe('Unique within the application.'),
  path: z.string().describe('Joined to the root of the application.'),
  handshake_url: z.string().nullable().describe('Null: that of the application.'),
  job: Job.describe('What calls it, and when.'),
  created_at: Instant,
}).meta({ id: 'Api' })
export type ApiDefinition = z.infer<typeof ApiDefinition>

export const ApiList = strict({ items: z.array(ApiDefinition) }).meta({ id: 'ApiList' })
export type ApiList = z.infer<typeof ApiList>

const path = z.string().max(2048)
const handshake = {
  handshake_url: url.optional().describe('Instead of that of the application, on an origin of it.'),
}

export const ApiCreate = strict({
  name,
  path: path.describe('Joined to the root of the application; a whole address where that has none.'),
  ...handshake,
  ...JOB_REST,
  target: ApiTargetInput.optional().describe('What is sent, and how; GET without more by default.'),
  enabled: ENABLED,
}).meta({
  id: 'ApiCreate',
  examples: [
    {
      name: 'fetch_user_data',
      path: '/users',
      schedules: [{ kind: 'cron', expression: '0 0 * * *', time_zone: 'Europe/Berlin' }],
    },
  ],
})
export type ApiCreate = z.input<typeof ApiCreate>

/** Fields left out stay, as with jobs. */
export const ApiUpdate = strict({
  name: name.optional(),
  path: path.optional(),
  ...handshake,
  ...JOB_REST,
  schedules: TIMETABLE_INPUT.schedules.optional(),
  target: ApiTargetEdit.optional(),
  enabled: z.boolean().optional().describe('False pauses its job, true resumes it.'),
}).meta({ id: 'ApiUpdate' })
export type ApiUpdate = z.input<typeof ApiUpdate>
