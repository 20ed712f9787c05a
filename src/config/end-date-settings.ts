/** Settings of the end dates of jobs. */
import { onOff, orNothing, type Setting, wholeNumber } from './setting.ts'

const setting = <T>(from: Setting<T>): Setting<T> => from

export const END_DATE_SETTINGS = {
  jobLifetimeDays: setting({
    name: 'DEFAULT_JOB_LIFETIME_DAYS',
    kind: wholeNumber(0, 36_500),
    byDefault: () => 365,
    help: 'Days from today to the end date of a job that is made without one by the paths of the team scheduler that do not ask for one.',
    changedBy: 'Whoever wants forgotten jobs to end sooner, or later.',
    example: '90',
  }),
  requireEndDate: setting({
    name: 'REQUIRE_END_DATE',
    kind: orNothing(onOff),
    byDefault: () => null,
    help: 'Whether jobs made by the paths of the team scheduler must be given an end date. Without it, those under /api/v2 must, and those under /api need not.',
    changedBy: 'Whoever has clients that cannot give one (false), or wants every client to (true).',
    example: 'true',
  }),
} as const
