/** What a user wants to hear of, and what it wants to see in lists: switches, each with its default. Pure. */

export const NOTICE_SWITCHES = {
  emailOnSuccess: true,
  emailOnFailure: true,
  emailOnDisabled: false,
  browserNotifications: false,
  dailyDigest: false,
  weeklyReport: false,
} as const satisfies Readonly<Record<string, boolean>>

/** Columns of the table of jobs that a user may hide. */
export const COLUMN_SWITCHES = {
  team: true,
  endsOn: true,
  cronExpression: false,
  targetUrl: false,
  lastExecutionAt: false,
} as const satisfies Readonly<Record<string, boolean>>

export type NoticeSwitches = { readonly [Name in keyof typeof NOTICE_SWITCHES]: boolean }
export type ColumnSwitches = { readonly [Name in keyof typeof COLUMN_SWITCHES]: boolean }

/** Each known switch as it is given, else by default; what is not known is passed over. */
export const switched = <Switches extends Readonly<Record<string, boolean>>>(
  defaults: Switches,
  given: Readonly<Record<string, unknown>>,
): { readonly [Name in keyof Switches]: boolean } =>
  Object.fromEntries(
    Object.entries(defaults).map(([name, byDefault]) => {
      const value = given[name]
      return [name, typeof value === 'boolean' ? value : byDefault]
    }),
  ) as { readonly [Name in keyof Switches]: boolean }
