/** Timetables between the wire and the domain: defaults for what a caller leaves out, seconds for milliseconds. */
import { invalid } from '../../domain/errors.ts'
import type { Timetable } from '../../domain/job.ts'
import { FIELD_NAMES, type Schedule, type ScheduleInput, type ValidateRequest } from '../contract/schedules.ts'
import { epochMs, instant, toMs, toSeconds } from './values.ts'

type DomainSchedule = Timetable['schedules'][number]
type TimetableInput = ValidateRequest
type TimetableEdit = { readonly [K in keyof TimetableInput]?: TimetableInput[K] | undefined }
type FieldsInput = Extract<ScheduleInput, { kind: 'fields' }>

/** `now` anchors intervals and dates that a caller leaves open; `zone` is the server's. */
export type Ground = { readonly now: number; readonly zone: string }

export const timetableFrom = (input: TimetableInput, ground: Ground): Timetable => {
  const zone = input.time_zone ?? ground.zone
  return {
    schedules: input.schedules.map((schedule, at) => scheduleFrom(schedule, { at, zone, now: ground.now })),
    zone,
    ...given('start', input.start),
    ...given('end', input.end),
    ...given('maxRuns', input.max_runs),
    ...delay('jitterMs', input.jitter_seconds),
    ...delay('spreadMs', input.spread_seconds),
  }
}

/** The timetable with what an edit changes; undefined when it touches nothing of it. */
export const timetableEdit = (present: Timetable, edit: TimetableEdit, ground: Ground): Timetable | undefined => {
  const { schedules, time_zone, start, end, max_runs, jitter_seconds, spread_seconds } = edit
  const fields = [schedules, time_zone, start, end, max_runs, jitter_seconds, spread_seconds]
  if (fields.every((field) => field === undefined)) return undefined
  const zone = time_zone ?? present.zone
  return {
    schedules:
      schedules?.map((schedule, at) => scheduleFrom(schedule, { at, zone, now: ground.now })) ??
      present.schedules.map((schedule) => movedAlong(schedule, present.zone, zone)),
    zone,
    ...given('start', start === undefined ? present.start : start),
    ...given('end', end === undefined ? present.end : end),
    ...given('maxRuns', max_runs === undefined ? present.maxRuns : max_runs),
    ...delay('jitterMs', jitter_seconds ?? toSeconds(present.jitterMs ?? 0)),
    ...delay('spreadMs', spread_seconds ?? toSeconds(present.spreadMs ?? 0)),
  }
}

/** A schedule in the zone of its job goes with it when the job moves. */
const movedAlong = (schedule: DomainSchedule, from: string, to: string): DomainSchedule =>
  'zone' in schedule && schedule.zone === from ? { ...schedule, zone: to } : schedule

const given = <K extends string, V>(name: K, value: V | null | undefined): { [_ in K]?: V } =>
  value === undefined || value === null ? {} : ({ [name]: value } as { [_ in K]?: V })

const delay = <K extends string>(name: K, seconds: number | undefined): { [_ in K]?: number } =>
  given(name, seconds === undefined || seconds === 0 ? undefined : toMs(seconds))

type Place = { readonly at: number; readonly zone: string; readonly now: number }

const scheduleFrom = (input: ScheduleInput, place: Place): DomainSchedule => {
  switch (input.kind) {
    case 'cron':
      return { kind: 'cron', expression: input.expression, zone: input.time_zone ?? place.zone, ...clockChanges(input) }
    case 'fields':
      return { kind: 'fields', zone: input.time_zone ?? place.zone, ...fieldsFrom(input), ...clockChanges(input) }
    case 'interval':
      return {
        kind: 'interval',
        everyMs: toMs(input.every_seconds),
        anchor: input.anchor === undefined ? place.now : epochMs(input.anchor),
      }
    case 'calendar': {
      const zone = input.time_zone ?? place.zone
      const { every, unit, at } = input
      const start = input.start ?? today({ ...place, zone })
      return { kind: 'calendar', every, unit, start, at, zone, ...clockChanges(input) }
    }
    case 'once':
      return { kind: 'once', at: epochMs(input.at) }
    case 'manual':
      return { kind: 'manual' }
  }
}

const today = ({ at, zone, now }: Place): string => {
  try {
    return Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone).toPlainDate().toString()
  } catch {
    throw invalid(
      `schedules[${at}].time_zone`,
      zone,
      'a time zone of the IANA database is needed, such as Europe/Berlin',
    )
  }
}

const clockChanges = (input: Pick<Extract<ScheduleInput, { kind: 'cron' }>, 'dst_gap' | 'dst_overlap'>) => ({
  ...given('dstGap', input.dst_gap),
  ...given('dstOverlap', input.dst_overlap),
})

const DOMAIN_FIELDS = {
  year: 'year',
  month: 'month',
  day: 'day',
  week: 'week',
  day_of_week: 'dayOfWeek',
  hour: 'hour',
  minute: 'minute',
  second: 'second',
} as const satisfies Record<(typeof FIELD_NAMES)[number], string>

const fieldsFrom = (input: FieldsInput): { [_ in (typeof DOMAIN_FIELDS)[keyof typeof DOMAIN_FIELDS]]?: string } =>
  Object.fromEntries(
    FIELD_NAMES.flatMap((name) => (input[name] === undefined ? [] : [[DOMAIN_FIELDS[name], input[name]]])),
  )

export const timetableToWire = (timetable: Timetable) => ({
  schedules: timetable.schedules.map(scheduleToWire),
  time_zone: timetable.zone,
  start: timetable.start ?? null,
  end: timetable.end ?? null,
  max_runs: timetable.maxRuns ?? null,
  jitter_seconds: toSeconds(timetable.jitterMs ?? 0),
  spread_seconds: toSeconds(timetable.spreadMs ?? 0),
})

const scheduleToWire = (schedule: DomainSchedule): Schedule => {
  switch (schedule.kind) {
    case 'cron':
      return { kind: 'cron', expression: schedule.expression, ...zoneToWire(schedule) }
    case 'fields':
      return {
        kind: 'fields',
        ...Object.fromEntries(
          FIELD_NAMES.flatMap((name) => {
            const text = schedule[DOMAIN_FIELDS[name]]
            return text === undefined ? [] : [[name, text]]
          }),
        ),
        ...zoneToWire(schedule),
      }
    case 'interval':
      return { kind: 'interval', every_seconds: toSeconds(schedule.everyMs), anchor: instant(schedule.anchor) }
    case 'calendar': {
      const { every, unit, start, at } = schedule
      return { kind: 'calendar', every, unit, start, at, ...zoneToWire(schedule) }
    }
    case 'once':
      return { kind: 'once', at: instant(schedule.at) }
    case 'manual':
      return { kind: 'manual' }
  }
}

const zoneToWire = (schedule: Extract<DomainSchedule, { zone: string }>) => ({
  time_zone: schedule.zone,
  dst_gap: schedule.dstGap ?? ('auto' as const),
  dst_overlap: schedule.dstOverlap ?? ('auto' as const),
})
