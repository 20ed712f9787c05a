/** What each user wants to see and hear of: the own, or as an admin those of others. */
import type { Actor } from '../domain/actor.ts'
import { notFound } from '../domain/errors.ts'
import { idFrom, isId } from '../domain/ids.ts'
import {
  COLUMN_SWITCHES,
  type ColumnSwitches,
  NOTICE_SWITCHES,
  type NoticeSwitches,
  switched,
} from '../domain/preferences.ts'
import type { UserRow } from '../store/store.ts'
import { allow } from './authorise.ts'
import type { Deps } from './deps.ts'
import { noting } from './noting.ts'

export type NoticePreferences = NoticeSwitches & {
  readonly id: string
  readonly userId: string
  readonly createdAt: number
  readonly updatedAt: number
}

/** not_found for an unknown user, and for one of another workspace. */
export type Preferences = {
  /** The defaults where the user never said. */
  readonly notifications: (actor: Actor, userId: string) => Promise<NoticePreferences>
  /** Absent switches stay. */
  readonly setNotifications: (actor: Actor, userId: string, edit: Partial<NoticeSwitches>) => Promise<NoticePreferences>
  readonly ui: (actor: Actor, userId: string) => Promise<ColumnSwitches>
  /** Absent columns go back to their defaults. */
  readonly setUi: (actor: Actor, userId: string, columns: Partial<ColumnSwitches>) => Promise<ColumnSwitches>
}

export const createPreferences = (deps: Deps): Preferences => {
  const { store, clock } = deps

  const userFor = async (actor: Actor, action: 'user.view' | 'user.change', id: string): Promise<UserRow> => {
    allow(actor, action, id)
    const user = isId(id) ? await store.people.userById(id) : null
    if (user === null || user.workspaceKey !== actor.workspaceKey) throw notFound('user', id)
    return user
  }

  const read = async (user: UserRow): Promise<NoticePreferences> => {
    const row = await store.preferences.get(user.id, 'notices')
    return {
      ...switched(NOTICE_SWITCHES, row?.value ?? {}),
      id: idFrom(user.id, 'notice preferences', user.createdAt),
      userId: user.id,
      createdAt: row?.createdAt ?? user.createdAt,
      updatedAt: row?.updatedAt ?? user.createdAt,
    }
  }

  const keep = async (
    actor: Actor,
    user: UserRow,
    kind: 'notices' | 'ui',
    {
      before,
      after,
    }: { readonly before: NoticeSwitches | ColumnSwitches; readonly after: NoticeSwitches | ColumnSwitches },
  ): Promise<void> => {
    const note = { deed: 'user.preferences_changed', subject: { kind: 'user', id: user.id }, before, after } as const
    await noting(deps, actor, note).preferences.set(user.id, kind, after, clock.now())
  }

  const columnsOf = async (user: UserRow): Promise<ColumnSwitches> =>
    switched(COLUMN_SWITCHES, (await store.preferences.get(user.id, 'ui'))?.value ?? {})

  return {
    notifications: async (actor, userId) => read(await userFor(actor, 'user.view', userId)),
    setNotifications: async (actor, userId, edit) => {
      const user = await userFor(actor, 'user.change', userId)
      const before = switched(NOTICE_SWITCHES, await read(user))
      const after = switched(NOTICE_SWITCHES, { ...before, ...edit })
      await keep(actor, user, 'notices', { before, after })
      return read(user)
    },
    ui: async (actor, userId) => columnsOf(await userFor(actor, 'user.view', userId)),
    setUi: async (actor, userId, columns) => {
      const user = await userFor(actor, 'user.change', userId)
      const [before, after] = [await columnsOf(user), switched(COLUMN_SWITCHES, columns)]
      await keep(actor, user, 'ui', { before, after })
      return after
    },
  }
}
