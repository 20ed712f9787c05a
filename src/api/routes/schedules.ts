/** /api/v3/schedules: try a timetable before a job has it. */
import { Preview, PreviewRequest, ValidateRequest, Validation } from '../contract/schedules.ts'
import { presentErrors } from '../problems.ts'
import { timetableFrom } from '../translate/timetables.ts'
import { epochMsIf, instant, toSeconds } from '../translate/values.ts'
import { type Api, actorOf, BODY, type RouteContext, refusals, SIGNED_IN } from './route.ts'

const tags = ['schedules']
const PREVIEWED = 10

export const scheduleRoutes = (api: Api, { services, clock, timeZone }: RouteContext): void => {
  const ground = () => ({ now: clock.now(), zone: timeZone })

  api.post(
    '/schedules/preview',
    {
      schema: {
        tags,
        operationId: 'previewSchedule',
        summary: 'Say when a timetable would fire, and what clock changes do to it',
        body: PreviewRequest,
        response: {
          200: Preview.describe('The next instants.'),
          ...refusals(...SIGNED_IN, ...BODY, 'schedule.invalid'),
        },
      },
    },
    async (request) => {
      const { count = PREVIEWED, after, job_id, ...timetable } = request.body
      const preview = await services.schedules.preview(actorOf(request), {
        timetable: timetableFrom(timetable, ground()),
        count,
        after: epochMsIf(after),
        seed: job_id,
      })
      return {
        text: preview.text,
        next: preview.next.map(instant),
        clock_changes: preview.clockChanges.map((change) => ({
          at: instant(change.at),
          time_zone: change.zone,
          kind: change.kind,
          shift_seconds: toSeconds(change.shiftMs),
          effect: change.effect,
        })),
        warnings: preview.warnings.map(({ code, message }) => ({ code, message })),
      }
    },
  )

  api.post(
    '/schedules/validate',
    {
      schema: {
        tags,
        operationId: 'validateSchedule',
        summary: 'Say whether a timetable is right, and what it means',
        body: ValidateRequest,
        response: {
          200: Validation.describe('What is wrong, or what it means in words.'),
          ...refusals(...SIGNED_IN, ...BODY),
        },
      },
    },
    async (request) => {
      const timetable = timetableFrom(request.body, ground())
      const { valid, errors, text } = await services.schedules.validate(actorOf(request), { timetable })
      return { valid, errors: presentErrors(errors), text }
    },
  )
}
