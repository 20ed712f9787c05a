/** What this server is and how it does, on the wire. */
import { z } from 'zod'
import { Instant, strict } from './values.ts'

const bytes = z.int().min(0)

const Node = strict({
  id: z.string(),
  host: z.string(),
  pid: z.int(),
  started_at: Instant,
  lease_until: Instant.nullable().describe('Null: it gave its lease back.'),
})

const Operations = strict({
  schema: z.int().describe('Number of the newest migration of the database.'),
  lease_seconds: z.number().describe('How long a process that ended without a word still owns what it ran.'),
  nodes: z.array(Node).describe('Processes that schedule or scheduled here.'),
  clock: strict({
    now: Instant,
    jumps: z.int().describe('How often the wall clock jumped since the start.'),
    last_jump: strict({ at: Instant, seconds: z.number() }).nullable(),
  }),
  database: strict({ bytes, free_bytes: bytes, log_bytes: bytes }),
  last_backup: strict({ at: Instant, bytes }).nullable().describe('By `carillon backup`.'),
  upkeep: strict({
    started_at: Instant,
    finished_at: Instant,
    hours_summed_up: z.int(),
    forgotten: z.record(z.string(), z.int()).describe('Rows that were let go, by kind.'),
    trouble: z.string().nullable(),
  })
    .nullable()
    .describe('The last round of upkeep; null: there was none yet.'),
  warnings: z.array(z.string()).describe('What should be looked at, in words.'),
}).meta({ id: 'Operations' })

export const Paused = strict({
  since: Instant,
  by: z.string().nullable().describe('User id; null: from the shell of the machine.'),
  note: z.string().nullable(),
}).meta({ id: 'Paused' })
export type Paused = z.infer<typeof Paused>

export const PauseScheduling = strict({
  note: z.string().min(1).max(200).optional().describe('Why, for everybody who looks.'),
}).optional()

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
  paused: Paused.nullable().describe('The operator holds all claiming, on every process; null: it is not held.'),
  tzdata_age_days: z
    .int()
    .nullable()
    .describe('Days since that release, estimated where its day is not known; above 180 newer rules may be missing.'),
  scheduled_jobs: z.int().describe('Active jobs of the workspace.'),
  history_complete_since: Instant.nullable().describe(
    'From then on every occurrence of the workspace has its row; null: from the very first one.',
  ),
  operations: Operations.nullable().describe('For admins of the first workspace, who run the server; null for others.'),
}).meta({ id: 'System' })
export type System = z.infer<typeof System>

export const Health = strict({
  status: z.enum(['healthy', 'running']),
  scheduler_running: z.boolean(),
  scheduled_jobs_count: z.int(),
}).meta({ id: 'Health' })
export type Health = z.infer<typeof Health>
