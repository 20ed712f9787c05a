/** What this server is and how it does, on the wire. */
import { z } from 'zod'
import { Instant, strict } from './values.ts'

export const System = strict({
  version: z.string(),
  node: z.string(),
  started_at: Instant,
  engine: z.enum(['sqlite', 'postgres', 'mysql']),
  sqlite: z.string().nullable().describe('Version of the embedded database.'),
  durability: z.enum(['process', 'power', 'failover']).describe('What an acknowledged change survives the loss of.'),
  tzdata: z.string().describe('Release of the IANA time zone data in use.'),
  scheduler_running: z.boolean().describe('This process schedules.'),
  claiming: strict({ on: z.boolean(), reason: z.string().nullable() }).describe(
    'Whether due jobs are being claimed now, and why not.',
  ),
  scheduled_jobs: z.int().describe('Active jobs of the workspace.'),
}).meta({ id: 'System' })
export type System = z.infer<typeof System>

export const Health = strict({
  status: z.enum(['healthy', 'running']),
  scheduler_running: z.boolean(),
  scheduled_jobs_count: z.int(),
}).meta({ id: 'Health' })
export type Health = z.infer<typeof Health>
