/** `carillon next`: when would this fire? Answered here, without a server, by the code that fires. */
import { readInstant } from '../instant.ts'
import { safe } from '../safe-text.ts'
import { showInstant } from '../show.ts'
import { table } from '../table.ts'
import { type Adder, wholeNumber, withJson } from './command.ts'

type NextOptions = { readonly tz: string; readonly after?: string; readonly count: number; readonly json?: boolean }

export const addNextCommand: Adder = (parent, { terminal }) => {
  withJson(parent.command('next <cron>').description('the next instants of a cron expression, without a server'))
    .option('--tz <zone>', 'time zone, such as Europe/Berlin', 'UTC')
    .option(
      '--after <instant>',
      'look on from here, with an offset or in the time zone: 2026-03-29T00:00 (default: now)',
    )
    .option('--count <n>', 'how many', wholeNumber(1, 100), 10)
    .action(async (expression: string, { tz, after, count, json }: NextOptions) => {
      const { previewTimetable } = await import('../../app.ts')
      const timetable = { schedules: [{ kind: 'cron' as const, expression, zone: tz }], zone: tz }
      const from = after === undefined ? {} : { after: Date.parse(readInstant('--after', after, tz)) }
      const preview = previewTimetable(timetable, { count, ...from })
      const next = preview.next.map((ms) => new Date(ms).toISOString())

      if (json) {
        const clock_changes = preview.clockChanges.map(({ at, zone, kind, shiftMs, effect }) => ({
          at: new Date(at).toISOString(),
          time_zone: zone,
          kind,
          shift_seconds: shiftMs / 1000,
          effect,
        }))
        return terminal.sayJson({ text: preview.text, next, clock_changes, warnings: preview.warnings })
      }
      terminal.say(safe(preview.text))
      const columns = [
        { title: tz, of: (at: string) => showInstant(at, tz), whole: true as const },
        { title: 'utc', of: (at: string) => at, whole: true as const },
      ]
      if (next.length > 0) terminal.say(table(next, columns, terminal))
      for (const { effect } of preview.clockChanges) terminal.remark(`Clock change: ${safe(effect)}`)
      for (const { message } of preview.warnings) terminal.remark(`Warning: ${safe(message)}`)
    })
}
