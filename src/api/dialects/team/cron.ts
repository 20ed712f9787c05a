/** `/jobs/validate-cron`, `/jobs/cron-preview`: what a cron expression means, before a job has it. */
import type { Actor } from '../../../domain/actor.ts'
import { DomainError } from '../../../domain/errors.ts'
import type { Timetable } from '../../../domain/job.ts'
import { actorOf } from '../../routes/route.ts'
import { type Fields, fieldsOf, textOf } from './body.ts'
import { refusal, TeamRefusal } from './errors.ts'
import { about, type TeamContext, type TeamRoutes } from './surface.ts'
import { localInstant } from './times.ts'

export const cronRoutes: TeamRoutes = (scope, context) => {
  const { timeZone } = context

  scope.post('/jobs/validate-cron', about('jobs', 'Say whether a cron expression is valid'), async (request) => {
    const fields = fieldsOf(request)
    try {
      await nextRuns(context, actorOf(request), expressionOf(fields), 1)
      return { valid: true, message: 'Valid cron expression' }
    } catch (error) {
      // What is wrong with the expression is the answer here.
      if (!(error instanceof TeamRefusal)) throw error
      return { valid: false, error: error.title, message: error.message }
    }
  })

  scope.post('/jobs/cron-preview', about('jobs', 'List the next instants of a cron expression'), async (request) => {
    const fields = fieldsOf(request)
    const count = countOf(fields.count)
    const next = await nextRuns(context, actorOf(request), expressionOf(fields), Math.max(1, count))
    const runs = next.slice(0, Math.max(0, count)).map((at) => localInstant(at, timeZone))
    return { timezone: timeZone, next_runs: runs, count: runs.length }
  })
}

/** Throws 400 for what is no expression of the dialect, in words for people. */
const nextRuns = async (
  { services, timeZone }: TeamContext,
  actor: Actor,
  expression: string,
  count: number,
): Promise<readonly number[]> => {
  const timetable: Timetable = { schedules: [{ kind: 'cron', expression, zone: timeZone }], zone: timeZone }
  try {
    return (await services.schedules.preview(actor, { timetable, count })).next
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'schedule.invalid') throw error
    throw wrong(error.errors.map(({ message }) => message).join('; ') || error.message)
  }
}

const expressionOf = ({ expression, cron_expression }: Fields): string => fiveFields(expression ?? cron_expression)

/** Five fields with single blanks between them: seconds, years and `@daily` are for our own API. Throws 400. */
export const fiveFields = (given: unknown): string => {
  const text = textOf(given)
  if (text === null) throw wrong('Cron expression is required.')
  const fields = text.split(/\s+/)
  if (fields.length !== 5)
    throw wrong('Cron expression must have exactly 5 fields (minute hour day month day-of-week).')
  for (const [at, name, most] of STEPPED) refuseWideStep(name, fields[at] ?? '', most)
  return fields.join(' ')
}

/** Place, name, and how far the first value is from the last. */
const STEPPED = [
  [0, 'minute', [0, 59]],
  [1, 'hour', [0, 23]],
  [2, 'day', [1, 31]],
  [3, 'month', [1, 12]],
  [4, 'day-of-week', [0, 6]],
] as const

/** A step that is wider than its range would only ever meet the first value: more likely a slip than a wish. Throws 400. */
const refuseWideStep = (name: string, field: string, [low, high]: readonly [number, number]): void => {
  for (const part of field.split(',')) {
    const found = /^(?:\*|(\d{1,4})(?:-(\d{1,4}))?)\/(\d{1,9})$/.exec(part)
    if (found === null) continue
    const [, from, to, step] = found
    const width = Number(to ?? high) - Number(from ?? low)
    if (width >= 0 && Number(step) > width)
      throw wrong(`${name}: the step in "${part}" is wider than its range; give at most ${width}.`)
  }
}

const wrong = (message: string): TeamRefusal => refusal(400, 'Invalid cron expression', message)

const BY_DEFAULT = 5
const MOST = 20

/** Nothing and 0 stand for the default; below 0, nothing is shown. */
const countOf = (given: unknown): number => {
  const isNumeric = typeof given === 'number' || (typeof given === 'string' && /^\s*[+-]?\d{1,15}\s*$/.test(given))
  if (!isNumeric && given !== undefined && given !== null)
    throw refusal(400, 'Invalid count', 'count must be a number.')
  return Math.min(Math.trunc(Number(given ?? 0)) || BY_DEFAULT, MOST)
}
