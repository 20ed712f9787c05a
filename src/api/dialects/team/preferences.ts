/** `/auth/users/{id}/preferences` and `ui-preferences`: what a user wants to see and hear of. */
import type { ColumnSwitches, NoticeSwitches } from '../../../domain/preferences.ts'
import type { Services } from '../../../services/services.ts'
import { actorOf } from '../../routes/route.ts'
import { type Fields, fieldsOf, isFields } from './body.ts'
import { refusal } from './errors.ts'
import { about, type TeamRoutes } from './surface.ts'
import { bareInstant } from './times.ts'
import { selfOrAdmin, userNotFound } from './users.ts'

type WithId = { Params: { id: string } }

const NOTICE_NAMES = {
  emailOnSuccess: 'email_on_job_success',
  emailOnFailure: 'email_on_job_failure',
  emailOnDisabled: 'email_on_job_disabled',
  browserNotifications: 'browser_notifications',
  dailyDigest: 'daily_digest',
  weeklyReport: 'weekly_report',
} as const satisfies Record<keyof NoticeSwitches, string>

const COLUMN_NAMES = {
  team: 'pic_team',
  endsOn: 'end_date',
  cronExpression: 'cron_expression',
  targetUrl: 'target_url',
  lastExecutionAt: 'last_execution_at',
} as const satisfies Record<keyof ColumnSwitches, string>

const MAY_NOT_READ = 'Forbidden: Cannot access other users preferences'
const MAY_NOT_WRITE = 'Forbidden: Cannot update other users preferences'
const WHAT = 'Notification preferences'

export const preferenceRoutes: TeamRoutes = (scope, { services: { preferences } }) => {
  scope.get<WithId>('/auth/users/:id/preferences', about('preferences', 'Read what to hear of'), async (request) => {
    const actor = actorOf(request)
    selfOrAdmin(actor, request.params.id, MAY_NOT_READ)
    const found = await preferences.notifications(actor, request.params.id).catch(userNotFound)
    return { message: `${WHAT} retrieved successfully`, preferences: noticesToTeam(found) }
  })

  scope.put<WithId>('/auth/users/:id/preferences', about('preferences', 'Change what to hear of'), async (request) => {
    const actor = actorOf(request)
    selfOrAdmin(actor, request.params.id, MAY_NOT_WRITE)
    const edit = switchesOf(NOTICE_NAMES, fieldsOf(request))
    const kept = await preferences.setNotifications(actor, request.params.id, edit).catch(userNotFound)
    return { message: `${WHAT} updated successfully`, preferences: noticesToTeam(kept) }
  })

  scope.get<WithId>('/auth/users/:id/ui-preferences', about('preferences', 'Read what to see'), async (request) => {
    const actor = actorOf(request)
    selfOrAdmin(actor, request.params.id, MAY_NOT_READ)
    const columns = await preferences.ui(actor, request.params.id).catch(userNotFound)
    return { preferences: { jobs_table_columns: toTeam(COLUMN_NAMES, columns) } }
  })

  scope.put<WithId>('/auth/users/:id/ui-preferences', about('preferences', 'Change what to see'), async (request) => {
    const actor = actorOf(request)
    selfOrAdmin(actor, request.params.id, MAY_NOT_WRITE)
    const { jobs_table_columns: given } = fieldsOf(request)
    if (given === undefined) throw refusal(400, 'Missing required fields', '"jobs_table_columns" is required.')
    if (!isFields(given)) throw refusal(400, 'Invalid payload', '"jobs_table_columns" must be an object.')
    const columns = await preferences
      .setUi(actor, request.params.id, switchesOf(COLUMN_NAMES, given))
      .catch(userNotFound)
    return { preferences: { jobs_table_columns: toTeam(COLUMN_NAMES, columns) } }
  })
}

/** The known names alone; the words of forms mean what they say, `"false"` included. */
const switchesOf = <Name extends string>(names: Readonly<Record<Name, string>>, given: Fields) =>
  Object.fromEntries(
    Object.entries<string>(names).flatMap(([name, wire]) =>
      given[wire] === undefined ? [] : [[name, flagOf(wire, given[wire])]],
    ),
  ) as Partial<Record<Name, boolean>>

const YES: readonly unknown[] = [true, 1, '1', 'true']
const NO: readonly unknown[] = [false, 0, null, '', '0', 'false']

const flagOf = (name: string, value: unknown): boolean => {
  if (YES.includes(value)) return true
  if (NO.includes(value)) return false
  throw refusal(400, 'Invalid payload', `"${name}" must be true or false.`)
}

const toTeam = <Name extends string>(
  names: Readonly<Record<Name, string>>,
  switches: Readonly<Record<NoInfer<Name>, boolean>>,
): Readonly<Record<string, boolean>> =>
  Object.fromEntries((Object.keys(names) as Name[]).map((name) => [names[name], switches[name]]))

const noticesToTeam = (kept: Awaited<ReturnType<Services['preferences']['notifications']>>) => ({
  id: kept.id,
  user_id: kept.userId,
  ...toTeam(NOTICE_NAMES, kept),
  created_at: bareInstant(kept.createdAt),
  updated_at: bareInstant(kept.updatedAt),
})
