/** What a target reports on an attempt that it took over, on the wire. */
import { z } from 'zod'
import { LOG_BOUNDS } from '../../domain/report.ts'
import { Id, Instant, strict } from './values.ts'

const MOST_OUTPUT_BYTES = 64 * 1024
const LONGEST_MESSAGE = 1000

const ReportStatus = z.enum(['success', 'failed', 'progress'])
const attempt = z.int().min(1).max(1_000_000).describe('As `carillon-attempt` said.')

export const ReportRequest = strict({
  attempt,
  status: ReportStatus.describe('`success` and `failed` end the attempt; `progress` does not.'),
  progress_percent: z.int().min(0).max(100).optional(),
  message: z.string().max(LONGEST_MESSAGE).optional().describe('For people: what it is at, or why it failed.'),
  output: z
    .string()
    .refine((text) => Buffer.byteLength(text) <= MOST_OUTPUT_BYTES, `at most ${MOST_OUTPUT_BYTES} bytes`)
    .optional()
    .describe('Kept as the output of the attempt, instead of what the 202 said.'),
  log: z
    .array(z.string().max(LOG_BOUNDS.lineLength))
    .max(LOG_BOUNDS.lines)
    .optional()
    .describe(`Lines to add; the newest ${LOG_BOUNDS.lines} of an execution are kept, 64 KiB at most.`),
  status_code: z.int().min(100).max(599).optional(),
}).meta({ id: 'ReportRequest' })

export const Reported = strict({ execution_id: Id, attempt, status: ReportStatus }).meta({ id: 'Reported' })

export const REPORT_HEADERS = z.looseObject({
  'carillon-report-token': z
    .string()
    .max(256)
    .optional()
    .describe('As it came with the attempt; or send it as `Authorization: Bearer`.'),
})

export const Progress = strict({
  percent: z.int().nullable(),
  message: z.string().nullable(),
  reported_at: Instant,
}).meta({ id: 'Progress' })
