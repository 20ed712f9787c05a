/** One line for one attempt, for a terminal: what ran, when it was due, how late it began, what came of it. */
import { styleText } from 'node:util'
import type { Recorded } from '../record/record.ts'

export const showRun = ({ assignment, outcome, to, notBefore }: Recorded, colours: boolean): string => {
  const paint = (style: 'green' | 'red' | 'yellow' | 'dim', text: string) =>
    colours ? styleText(style, text, { validateStream: false }) : text
  const mark = to === 'success' ? paint('green', '✔') : to === 'pending' ? paint('yellow', '↻') : paint('red', '✖')
  const due = new Date(assignment.scheduledFor).toISOString().slice(11, 23)
  const late = `+${outcome.startedAt - assignment.scheduledFor} ms`
  const result =
    to === 'success'
      ? `${outcome.statusCode ?? 'done'} in ${outcome.durationMs} ms`
      : `${outcome.error ?? to}${notBefore === null ? '' : `; next attempt in ${Math.round((notBefore - outcome.finishedAt) / 1000)} s`}`
  return `  ${mark} ${assignment.jobName}   ${paint('dim', `due ${due}`)}   ${late.padStart(7)}   ${result}`
}
