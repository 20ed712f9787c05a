/** What a caller wrote wrongly in a timetable: where, what, and what would be right. */

export class ScheduleError extends Error {
  /** Where in the timetable, e.g. `schedules[0].expression`. */
  readonly path: string
  readonly value: unknown
  /** What is wrong and what would be right, without path and value, e.g. `minute 61 is above 59`. */
  readonly problem: string

  constructor(at: { readonly path: string; readonly value: unknown; readonly problem: string }) {
    super(`${at.path}: ${shown(at.value)}: ${at.problem}`)
    this.name = 'ScheduleError'
    this.path = at.path
    this.value = at.value
    this.problem = at.problem
  }
}

/** Long or unprintable input is shown escaped and cut, so that an error is always one short line. */
const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 80 ? `${text.slice(0, 77)}...` : text
}

/** Thrown by the parsers, which know the fault but not where in the timetable their text stands. */
export class Fault extends Error {}

/** Runs a parser on one value of the timetable and says where it stood when it fails. */
export const parsedAt = <T>(path: string, value: unknown, parse: () => T): T => {
  try {
    return parse()
  } catch (error) {
    if (error instanceof Fault) throw new ScheduleError({ path, value, problem: error.message })
    throw error
  }
}
