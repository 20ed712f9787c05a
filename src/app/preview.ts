/** When would this fire? Answered without a server, by the code that fires. */
import { systemClock } from '../domain/clock.ts'
import { describeTimetable } from '../schedule/describe.ts'
import { checkTimetable, type Preview, preview, type Timetable } from '../schedule/schedule.ts'

/** Throws a ScheduleError that names what is wrong. `after` is epoch ms; now by default. */
export const previewTimetable = (
  timetable: Timetable,
  { after = systemClock.now(), count }: { readonly after?: number; readonly count: number },
): Preview & { readonly text: string } => {
  checkTimetable(timetable)
  return { ...preview(timetable, '', after, count), text: describeTimetable(timetable) }
}
