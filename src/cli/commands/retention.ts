/** `carillon retention`: how long the workspace keeps its executions. */
import { InvalidArgumentError } from 'commander'
import type { Retention, RetentionUpdate } from '../../api/contract/retention.ts'
import { CommandFailure } from '../exit-codes.ts'
import { showInstant } from '../show.ts'
import { table } from '../table.ts'
import { type Adder, asking, onServer, type Shared, withJson } from './command.ts'

type Choices = {
  readonly successDays?: Choice
  readonly otherDays?: Choice
  readonly runs?: Choice
}

export const addRetentionCommands: Adder = (parent, world) => {
  const { terminal } = world
  const retention = parent.command('retention').description('how long executions are kept')
  const command = (form: string, summary: string) => withJson(onServer(retention.command(form).description(summary)))
  const show = (found: Retention, json: boolean | undefined): void => {
    if (json) {
      terminal.sayJson(found)
      return
    }
    terminal.say(
      table(
        RULES.map((rule) => ({ ...rule, found })),
        COLUMNS,
        terminal,
      ),
    )
    const since = found.history_complete_since
    terminal.say(
      since === null ? 'Nothing was forgotten yet.' : `Every occurrence has its row since ${showInstant(since)}.`,
    )
  }

  command('show', 'the rules in force, and since when the history is whole').action(
    asking<Shared>(world, async (client, { json }) => show(await client.get<Retention>('/retention'), json)),
  )

  command('set', 'keep less than the operator does (for admins of the workspace)')
    .option('--success-days <n>', 'days that successes are kept, or `default`', choice)
    .option('--other-days <n>', 'days that all others are kept, or `default`', choice)
    .option('--runs <n>', 'executions of one job that are kept, or `default`', choice)
    .action(
      asking<Shared & Choices>(world, async (client, { json, successDays, otherDays, runs }) => {
        const update: RetentionUpdate = {
          ...(successDays === undefined ? {} : { success_days: chosen(successDays) }),
          ...(otherDays === undefined ? {} : { other_days: chosen(otherDays) }),
          ...(runs === undefined ? {} : { runs_per_job: chosen(runs) }),
        }
        if (Object.keys(update).length === 0)
          throw new CommandFailure('usage', 'nothing to set: give --success-days, --other-days or --runs')
        show(await client.patch<Retention>('/retention', update), json)
      }),
    )
}

/** Commander knows no null as a value. */
const DEFAULT = 'default'

type Choice = number | typeof DEFAULT

const chosen = (choice: Choice): number | null => (choice === DEFAULT ? null : choice)

const choice = (text: string): Choice => {
  if (text === DEFAULT) return DEFAULT
  const number = /^\d{1,9}$/.test(text) ? Number(text) : 0
  if (number >= 1) return number
  throw new InvalidArgumentError('expected a whole number from 1, or default')
}

type Rule = keyof Retention['rules']
const RULES: readonly { readonly rule: Rule; readonly title: string }[] = [
  { rule: 'success_days', title: 'days of successes' },
  { rule: 'other_days', title: 'days of all others' },
  { rule: 'runs_per_job', title: 'runs of one job' },
]

type Line = { readonly rule: Rule; readonly title: string; readonly found: Retention }

const COLUMNS = [
  { title: 'kept', of: ({ title }: Line) => title },
  { title: 'in force', of: ({ rule, found }: Line) => String(found.rules[rule]), align: 'right' as const },
  { title: 'chosen', of: ({ rule, found }: Line) => found.choice[rule]?.toString() ?? null, align: 'right' as const },
  { title: 'operator', of: ({ rule, found }: Line) => String(found.bounds[rule]), align: 'right' as const },
]
