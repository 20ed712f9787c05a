/** What is wrong with a timetable, field by field, and the form in which it is kept. Pure. */
import type { FieldError } from '../domain/errors.ts'
import { canonicalZone, checkTimetable, neverFires, ScheduleError, type Timetable } from '../schedule/schedule.ts'

const MOST_SCHEDULES = 20

/** All wrong fields; paths begin within the timetable (`schedules[0].expression`, `end`), as people write them. */
export const timetableErrors = (timetable: Timetable): FieldError[] => {
  const { schedules } = timetable
  if (schedules.length === 0) {
    return [
      { field: 'schedules', value: [], message: 'give at least one; kind manual is for jobs that only run when asked' },
    ]
  }
  if (schedules.length > MOST_SCHEDULES) {
    return [{ field: 'schedules', value: schedules.length, message: `at most ${MOST_SCHEDULES} schedules` }]
  }
  const { zone } = timetable
  // The checker stops at the first fault: asked about each part alone, it names the fault of every part.
  return [
    ...schedules.flatMap((schedule, index) =>
      faultsOf({ schedules: [schedule], zone: 'UTC' }).map((error) => ({
        ...error,
        field: error.field.replace('schedules[0]', `schedules[${index}]`),
      })),
    ),
    ...faultsOf({ ...timetable, schedules: [], zone }),
  ]
}

const faultsOf = (timetable: Timetable): FieldError[] => {
  try {
    checkTimetable(timetable)
    return []
  } catch (error) {
    if (!(error instanceof ScheduleError)) throw error
    return [{ field: error.path, value: error.value, message: error.problem }]
  }
}

/** A well-formed timetable that is meant to fire by itself and has no instant after `now`. */
export const neverFiresError = (timetable: Timetable, now: number): FieldError[] =>
  neverFires(timetable, now)
    ? [{ field: 'schedules', message: 'it has no coming instant; change the schedule, or the end, or make it manual' }]
    : []

/** Zones as the time-zone database spells them: equal timetables are then equal texts. */
export const normalTimetable = (timetable: Timetable): Timetable => ({
  ...timetable,
  zone: canonicalZone(timetable.zone),
  ...(timetable.lastDay && {
    lastDay: { ...timetable.lastDay, zone: canonicalZone(timetable.lastDay.zone) },
  }),
  schedules: timetable.schedules.map((schedule) =>
    'zone' in schedule ? { ...schedule, zone: canonicalZone(schedule.zone) } : schedule,
  ),
})
