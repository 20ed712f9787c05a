/** What every refusal looks like: RFC 9457 `application/problem+json`. */
import { z } from 'zod'
import { ERROR_CODES, type ErrorCode } from '../../domain/errors.ts'
import { strict } from './values.ts'

export const PROBLEM_TYPE = 'application/problem+json'

export const FieldProblem = strict({
  field: z.string().describe('Where: `schedules[0].expression`, `target.url`.'),
  value: z.unknown().optional().describe('What was given, cut when long; secrets are not repeated.'),
  message: z.string().describe('What would be right.'),
}).meta({ id: 'FieldProblem' })
export type FieldProblem = z.infer<typeof FieldProblem>

export const Problem = strict({
  type: z.string().describe('Address of the explanation: `/docs/errors#<code>`.'),
  title: z.string(),
  status: z.int(),
  code: z.enum(Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]]).describe('Stable; for programs.'),
  detail: z.string().describe('One sentence for people.'),
  errors: z.array(FieldProblem).optional().describe('Every wrong field, where the fault is in fields.'),
  request_id: z.string().describe('The same as the `X-Request-Id` header and the line in the log.'),
  retry_after: z.number().optional().describe('Seconds until another try makes sense.'),
}).meta({ id: 'Problem' })
export type Problem = z.infer<typeof Problem>
