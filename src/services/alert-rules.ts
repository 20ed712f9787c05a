/** What somebody wants to be told of a job, checked as a whole and merged with what was kept. */
import { ALERT_KINDS, type AlertRule, ANNOUNCEMENTS, type JobAlerts, type Via } from '../domain/alerts.ts'
import type { FieldError } from '../domain/errors.ts'
import { mailAddress } from '../domain/mail-address.ts'
import { refuse } from './fields.ts'

/** Absent and undefined fields stay; mail and rules are replaced whole. */
export type AlertsEdit = { readonly [K in keyof JobAlerts]?: JobAlerts[K] | undefined }

export const MOST_RULES = 20
export const MOST_ADDRESSES = 50
const LONGEST_AFTER_MS = 30 * 86_400_000
const MOST_IN_A_ROW = 1000

/** Throws `invalid` with all wrong fields. What the rules name is looked up elsewhere. */
export const mergedAlerts = (kept: JobAlerts, edit: AlertsEdit): JobAlerts => {
  const alerts: JobAlerts = {
    announce: edit.announce ?? kept.announce,
    mail: edit.mail === undefined ? kept.mail : edit.mail,
    rules: edit.rules ?? kept.rules,
    snoozedUntil: edit.snoozedUntil === undefined ? kept.snoozedUntil : edit.snoozedUntil,
  }
  refuse(faultsOf(alerts))
  return alerts
}

const faultsOf = ({ announce, mail, rules, snoozedUntil }: JobAlerts): FieldError[] => [
  ...(ANNOUNCEMENTS.includes(announce)
    ? []
    : [{ field: 'alerts.announce', value: announce, message: `give one of ${ANNOUNCEMENTS.join(', ')}` }]),
  ...(mail === null ? [] : addressFaults('alerts.mail.to', mail.to)),
  ...(rules.length > MOST_RULES ? [{ field: 'alerts.rules', message: `at most ${MOST_RULES} rules` }] : []),
  ...rules.flatMap((rule, index) => ruleFaults(`alerts.rules[${index}]`, rule)),
  ...(snoozedUntil !== null && !Number.isSafeInteger(snoozedUntil)
    ? [{ field: 'alerts.snoozedUntil', value: snoozedUntil, message: 'give an instant' }]
    : []),
]

const addressFaults = (field: string, addresses: readonly string[]): FieldError[] => [
  ...(addresses.length > MOST_ADDRESSES ? [{ field, message: `at most ${MOST_ADDRESSES} addresses` }] : []),
  ...addresses.flatMap((address, index) =>
    mailAddress(address) === address
      ? []
      : [{ field: `${field}[${index}]`, value: address, message: 'give one e-mail address, such as ada@example.com' }],
  ),
]

const ruleFaults = (field: string, { on, count, afterMs, via }: AlertRule): FieldError[] => [
  ...(ALERT_KINDS.includes(on)
    ? []
    : [{ field: `${field}.on`, value: on, message: `give one of ${ALERT_KINDS.join(', ')}` }]),
  ...(on === 'failures' ? between(`${field}.count`, count, [2, MOST_IN_A_ROW]) : unwanted(`${field}.count`, count)),
  ...(on === 'late' || on === 'long'
    ? between(`${field}.afterMs`, afterMs, [1000, LONGEST_AFTER_MS])
    : unwanted(`${field}.afterMs`, afterMs)),
  ...addressFaults(`${field}.via.mail`, via.mail),
  ...(isEmpty(via)
    ? [{ field: `${field}.via`, message: 'name at least one way: mail, slack, webhooks or inbox' }]
    : []),
]

const between = (field: string, value: number | null, [least, most]: readonly [number, number]): FieldError[] =>
  value !== null && Number.isInteger(value) && value >= least && value <= most
    ? []
    : [{ field, value, message: `give a whole number from ${least} to ${most}` }]

const unwanted = (field: string, value: number | null): FieldError[] =>
  value === null ? [] : [{ field, value, message: 'this rule takes none' }]

const isEmpty = ({ mail, slack, webhooks, inbox }: Via): boolean =>
  mail.length === 0 && !slack && webhooks.length === 0 && inbox.length === 0
