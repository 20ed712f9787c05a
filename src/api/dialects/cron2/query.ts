/** `skip` and `limit` of the cron2 dialect's lists. */
import type { FastifyRequest } from 'fastify'
import { type Fault, refusal } from './errors.ts'

const MOST = 100

/** Default: the first ten. More than a hundred at once are not answered. */
export const pageIn = ({ query }: FastifyRequest): { readonly skip: number; readonly limit: number } => {
  const given = query as Readonly<Record<string, unknown>>
  const faults: Fault[] = []
  const whole = (name: 'skip' | 'limit', otherwise: number): number => {
    const value = given[name]
    if (value === undefined) return otherwise
    if (typeof value === 'string' && /^\d{1,9}$/.test(value)) return Number(value)
    faults.push({ loc: ['query', name], msg: 'value is not a valid integer, 0 or more', type: 'type_error.integer' })
    return otherwise
  }
  const page = { skip: whole('skip', 0), limit: Math.min(whole('limit', 10), MOST) }
  if (faults.length > 0) throw refusal(422, faults)
  return page
}
