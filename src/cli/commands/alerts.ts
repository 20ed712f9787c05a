/** `carillon alerts`: show, set, snooze, wake: who hears of a job. */
import { type Command, Option } from 'commander'
import type { JobAlerts, JobAlertsSet } from '../../api/contract/alerts.ts'
import type { Client } from '../client/client.ts'
import { CommandFailure } from '../exit-codes.ts'
import { safe } from '../safe-text.ts'
import { showInstant } from '../show.ts'
import { facts } from '../table.ts'
import type { World } from '../world.ts'
import { orNone, readRule, ruleText } from './alert-rules.ts'
import { readComing } from './coming.ts'
import { type Adder, asking, onServer, type Shared, several, withJson } from './command.ts'
import { jobId } from './find.ts'
import { fileText, readJson } from './flag-texts.ts'

type SetOptions = Shared & {
  readonly announce?: JobAlerts['announce']
  readonly mail?: readonly string[]
  readonly mailOn?: 'failure' | 'success' | 'both'
  readonly rule?: readonly string[]
  readonly file?: string
}

const EXAMPLES = `
Rules: failure, success, recovery, failures:<n>, late:<time>, long:<time>, auto_paused, missed, uncertain
Ways:  slack, mail:<address>, webhook:<name>, inbox:<user>

  carillon alerts set nightly --mail ops@example.com --rule failures:3=slack --rule recovery=slack
  carillon alerts set nightly --rule "late:5m=inbox:ada,webhook:incident desk"
  carillon alerts set nightly --mail none --rule none --announce none`

export const addAlertCommands: Adder = (parent, world) => {
  const { terminal } = world
  const alerts = parent.command('alerts').description('who hears of a job')
  const command = (form: string, summary: string): Command =>
    withJson(onServer(alerts.command(form).description(summary)))
  const tell = (found: JobAlerts, { json }: Shared): void =>
    json ? terminal.sayJson(found) : terminal.say(facts(factsOf(found), terminal))

  command('show <job>', 'who hears of what').action(
    asking<Shared>(world, async (client, options, [job = '']) =>
      tell(await client.get<JobAlerts>(await pathOf(client, job)), options),
    ),
  )

  command('set <job>', 'change what is given, and leave the rest')
    .addOption(
      new Option(
        '--announce <whom>',
        'all: everybody, of each run and change; problems: its owner and the admins',
      ).choices(['all', 'problems', 'none']),
    )
    .option('--mail <address>', 'who gets a message; may be repeated, and replaces those there are; or none', several)
    .addOption(new Option('--mail-on <what>', 'when (default: failure)').choices(['failure', 'success', 'both']))
    .option(
      '--rule <rule>',
      'such as failures:3=slack; may be repeated, and replaces those there are; or none',
      several,
    )
    .option('--file <path>', 'alerts as JSON, as `alerts show --json` prints them; - is standard input')
    .addHelpText('after', EXAMPLES)
    .action(
      asking<SetOptions>(world, async (client, options, [job = '']) => {
        const path = await pathOf(client, job)
        const present = await client.get<JobAlerts>(path)
        const edit = await editOf(world, client, options, present)
        if (Object.keys(edit).length === 0) throw new CommandFailure('usage', 'nothing to change was given')
        tell(await client.patch<JobAlerts>(path, edit, present.version), options)
      }),
    )

  command('snooze <job> <until>', 'tell nothing of its runs for a time such as 2h, until an instant, or: off').action(
    asking<Shared>(world, async (client, options, [job = '', until = '']) => {
      const path = await pathOf(client, job)
      const snoozed_until = until === 'off' ? null : await readComing('until', until)
      const set = await client.patch<JobAlerts>(path, { snoozed_until })
      if (options.json) return terminal.sayJson(set)
      const at = showInstant(set.snoozed_until)
      terminal.say(safe(at === null ? `${job} is told of again` : `${job} is snoozed until ${at}`))
    }),
  )
}

const pathOf = async (client: Client, job: string): Promise<string> => `/jobs/${await jobId(client, job)}/alerts`

const editOf = async (
  { terminal }: World,
  client: Client,
  { announce, mail, mailOn, rule, file }: SetOptions,
  present: JobAlerts,
): Promise<JobAlertsSet> => {
  const edit: JobAlertsSet = file === undefined ? {} : await fileEdit(terminal, file)
  if (announce !== undefined) edit.announce = announce
  if (mail !== undefined || mailOn !== undefined) {
    const to = mail === undefined ? (present.mail?.to ?? []) : orNone('--mail', mail)
    if (to.length === 0 && mailOn !== undefined) throw new CommandFailure('usage', '--mail-on: give --mail as well')
    const on = mailOn ?? mailOnOf(present.mail)
    edit.mail = to.length === 0 ? null : { to: [...to], on_failure: on !== 'success', on_success: on !== 'failure' }
  }
  if (rule !== undefined) {
    edit.rules = []
    for (const text of orNone('--rule', rule)) edit.rules.push(await readRule(client, '--rule', text))
  }
  return edit
}

const mailOnOf = (mail: JobAlerts['mail']): 'failure' | 'success' | 'both' =>
  mail === null || !mail.on_success ? 'failure' : mail.on_failure ? 'both' : 'success'

const fileEdit = async (terminal: World['terminal'], path: string): Promise<JobAlertsSet> => {
  const content = readJson('--file', path === '-' ? await terminal.readInput() : fileText('--file', path))
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    throw new CommandFailure('usage', '--file: it holds no JSON object')
  const { version: _, ...edit } = content as JobAlertsSet & { version?: unknown }
  return edit
}

const factsOf = ({ announce, mail, rules, snoozed_until }: JobAlerts): (readonly [string, string | undefined])[] => [
  ['announced', announce],
  ...(mail === null
    ? [['mail', undefined] as const]
    : mail.to.map((to) => ['mail', `${to} on ${mailText(mail)}`] as const)),
  ...rules.map((rule) => ['rule', ruleText(rule)] as const),
  ['snoozed until', showInstant(snoozed_until) ?? undefined],
]

const mailText = (mail: NonNullable<JobAlerts['mail']>): string =>
  [...(mail.on_failure ? ['failure'] : []), ...(mail.on_success ? ['success'] : [])].join(' and ') || 'nothing'
