/** The accounts of a workspace. */
import type { Actor, Role } from '../domain/actor.ts'
import { DomainError, type FieldError, notFound } from '../domain/errors.ts'
import { isId, newId } from '../domain/ids.ts'
import type { Page } from '../domain/page.ts'
import type { UserChange, UserRow } from '../store/store.ts'
import { allow, userIdOf } from './authorise.ts'
import type { Deps } from './deps.ts'
import { userFacts } from './facts.ts'
import { refuse } from './fields.ts'
import { noting } from './noting.ts'
import { type PageRequest, pageOf } from './paging.ts'
import { checkProfile, normalEmail, normalUsername, takenError } from './user-rules.ts'
import { type UserView, userView, type WorkspaceView, workspaceView } from './user-view.ts'
import { staleError, written } from './written.ts'

export type UserInput = {
  /** For a request that may be repeated: an account that has this id already is the answer. */
  readonly id?: string | undefined
  readonly username: string
  readonly email: string
  readonly password: string
  readonly fullName?: string | null | undefined
  readonly role: Role
  /** Default: true. */
  readonly enabled?: boolean | undefined
}

/** Absent fields stay. Who changes the own password gives the present one too. */
export type UserEdit = {
  readonly username?: string | undefined
  readonly email?: string | undefined
  readonly fullName?: string | null | undefined
  readonly role?: Role | undefined
  readonly enabled?: boolean | undefined
  readonly password?: string | undefined
  readonly currentPassword?: string | undefined
  /** For clients that know no field for the present password: one that is not given is not asked for. */
  readonly presentPasswordOptional?: true | undefined
}

export type Users = {
  readonly me: (actor: Actor) => Promise<{ readonly user: UserView; readonly workspace: WorkspaceView }>
  readonly list: (actor: Actor, page: PageRequest) => Promise<Page<UserView>>
  readonly get: (actor: Actor, id: string) => Promise<UserView>
  readonly create: (actor: Actor, input: UserInput) => Promise<UserView>
  /** A new password, role or `enabled` ends all sessions of the user. */
  readonly update: (actor: Actor, id: string, edit: UserEdit, ifVersion: number | null) => Promise<UserView>
  /** The user's jobs pass to the actor. Only the single member of a workspace may delete itself: its jobs end with it. */
  readonly delete: (actor: Actor, id: string, ifVersion?: number | null) => Promise<void>
}

/** `forgetUser`: whoever remembers who may speak for the user asks again. */
export const createUsers = (deps: Deps, forgetUser: (userId: string) => void): Users => {
  const { store, clock, auth, signals } = deps
  const { people } = store

  const userFor = async (
    actor: Actor,
    action: 'user.view' | 'user.change' | 'user.delete',
    id: string,
  ): Promise<UserRow> => {
    // Asked before the look-up: who may not see others learns nothing of which ids exist.
    allow(actor, action, id)
    const user = isId(id) ? await people.userById(id) : null
    if (user === null || user.workspaceKey !== actor.workspaceKey) throw notFound('user', id)
    return user
  }

  const changeOf = async (actor: Actor, user: UserRow, edit: UserEdit): Promise<UserChange> => {
    if (edit.role !== undefined || edit.enabled !== undefined) allow(actor, 'user.appoint', user.id)
    const email = edit.email === undefined ? user.email : normalEmail(edit.email)
    // Who signs in by address goes on doing so: an old address kept as a name could become somebody else's.
    const username =
      edit.username !== undefined
        ? normalUsername(edit.username)
        : user.username.toLowerCase() === user.email.toLowerCase()
          ? email
          : user.username
    const fullName = edit.fullName === undefined ? user.fullName : edit.fullName?.trim() || null
    refuse([
      ...checkProfile({ username, email, fullName, role: edit.role ?? user.role }),
      ...(edit.password === undefined ? [] : auth.passwords.check(edit.password, [username, email])),
    ])
    const isConfirmed = edit.presentPasswordOptional === true && edit.currentPassword === undefined
    if (edit.password !== undefined && userIdOf(actor) === user.id && !isConfirmed)
      await confirmPassword(user, edit.currentPassword)
    const wanted = {
      username,
      email,
      fullName,
      role: edit.role ?? user.role,
      enabled: edit.enabled ?? user.enabled,
    }
    return {
      ...differing(wanted, user),
      ...(edit.password === undefined ? {} : { passwordHash: await auth.passwords.hash(edit.password) }),
    }
  }

  /** A stolen access token must not become a stolen account; and asking is guessing. */
  const confirmPassword = async (user: UserRow, given: string | undefined): Promise<void> => {
    const field = 'currentPassword'
    if (given === undefined) return refuse([{ field, message: 'give your present password to set a new one' }])
    const wrong: FieldError[] = [{ field, message: 'this is not your present password' }]
    if (auth.passwords.isOverlong(given)) return refuse(wrong)
    const guess = { account: `own password of ${user.id}`, address: null, isKnownAddress: async () => false }
    const right = await auth.limits.guarded(
      guess,
      async () => (await auth.passwords.verify(given, user.passwordHash)).right,
    )
    if (!right) refuse(wrong)
  }

  return {
    me: async (actor) => {
      const { workspaceKey } = actor
      const userId = userIdOf(actor)
      if (userId === null) throw new DomainError('forbidden', 'The server itself has no account.')
      allow(actor, 'user.view', userId)
      const [user, workspace] = await Promise.all([people.userById(userId), people.workspaceByKey(workspaceKey)])
      if (user === null || workspace === null) throw notFound('user', userId)
      return { user: userView(user), workspace: workspaceView(workspace) }
    },

    list: async (actor, page) => {
      allow(actor, 'user.list', null)
      const { workspaceKey } = actor
      const scope = { workspaceKey, list: 'users', filter: null }
      return pageOf(
        auth.cursors,
        { ...page, scope },
        (inner) => people.listUsers(workspaceKey, inner),
        (rows) => rows.map(userView),
      )
    },

    get: async (actor, id) => userView(await userFor(actor, 'user.view', id)),

    create: async (actor, input) => {
      allow(actor, 'user.create', null)
      const known = input.id === undefined ? null : await people.userById(input.id)
      if (known !== null && known.workspaceKey === actor.workspaceKey) return userView(known)
      const username = normalUsername(input.username)
      const email = normalEmail(input.email)
      const fullName = input.fullName?.trim() || null
      refuse([
        ...checkProfile({ username, email, fullName, role: input.role }),
        ...auth.passwords.check(input.password, [username, email]),
      ])
      const id = input.id ?? newId()
      const enabled = input.enabled ?? true
      const after = { username, email, full_name: fullName, role: input.role, enabled }
      const note = { deed: 'user.created', subject: { kind: 'user', id }, after } as const
      const made = await noting(deps, actor, note).people.createUser(actor.workspaceKey, {
        id,
        username,
        email,
        fullName,
        passwordHash: await auth.passwords.hash(input.password),
        role: input.role,
        enabled,
        now: clock.now(),
      })
      if ('taken' in made) throw takenError(made)
      return userView(made)
    },

    update: (actor, id, edit, ifVersion) =>
      written({
        ifVersion,
        read: () => userFor(actor, 'user.change', id),
        write: async (user) => {
          const change = await changeOf(actor, user, edit)
          if (Object.keys(change).length === 0) return userView(user)
          const revokeSessions = 'passwordHash' in change || 'role' in change || 'enabled' in change
          const noted = noting(deps, actor, {
            deed: 'user.changed',
            subject: { kind: 'user', id: user.id },
            before: userFacts(user),
            after: userFacts(user, change),
          })
          const answer = await noted.people.updateUser(user, change, { now: clock.now(), revokeSessions })
          if (answer === null) return null
          if (answer === 'last_admin') throw lastAdmin()
          if ('taken' in answer) throw takenError(answer)
          if (revokeSessions) forgetUser(user.id)
          return userView(answer)
        },
      }),

    delete: async (actor, id, ifVersion = null) => {
      const user = await userFor(actor, 'user.delete', id)
      if (ifVersion !== null && user.version !== ifVersion) throw staleError(user.version)
      const isSelf = userIdOf(actor) === user.id
      const members = await people.listUsers(user.workspaceKey, { cursor: null, limit: 2 })
      const isOnly = members.items.length === 1
      if (isSelf && !isOnly) {
        throw new DomainError(
          'conflict',
          'Nobody deletes the own account while the workspace has other members; ask another admin.',
        )
      }
      const jobKeys = isOnly ? await allJobKeys(user.workspaceKey) : []
      const note = { deed: 'user.deleted', subject: { kind: 'user', id: user.id }, before: userFacts(user) } as const
      const answer = await noting(deps, actor, note).people.deleteUser(
        user,
        isOnly ? null : userIdOf(actor),
        clock.now(),
        ifVersion,
      )
      if (answer === 'stale') throw staleError(user.version)
      if (answer === 'last_admin') throw lastAdmin()
      if (answer === 'gone') throw notFound('user', id)
      forgetUser(user.id)
      for (const jobKey of jobKeys) await signals.changed(jobKey)
    },
  }

  /** What ends with the workspace must not fire once more from what was claimed ahead. */
  async function allJobKeys(workspaceKey: number): Promise<number[]> {
    const keys: number[] = []
    let cursor: string | null = null
    do {
      const filter = { sort: 'created_at', descending: false, cursor, limit: 100 } as const
      const page: Awaited<ReturnType<typeof store.jobs.list>> = await store.jobs.list(workspaceKey, filter)
      keys.push(...page.items.map((job) => job.key))
      cursor = page.nextCursor
    } while (cursor !== null)
    return keys
  }
}

const differing = (wanted: UserChange, user: UserRow): UserChange =>
  Object.fromEntries(Object.entries(wanted).filter(([name, value]) => user[name as keyof UserRow] !== value))

const lastAdmin = (): DomainError =>
  new DomainError('conflict', 'The workspace would be left without an enabled admin; appoint another one first.')
