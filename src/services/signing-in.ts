/** From a password to a session: the only place where people prove who they are. */

import { FIRST_WORKSPACE } from '../auth/permissions.ts'
import { refreshHash } from '../auth/refresh-tokens.ts'
import { DomainError } from '../domain/errors.ts'
import { newId } from '../domain/ids.ts'
import type { UserRow } from '../store/store.ts'
import type { Deps } from './deps.ts'
import { checkLine, refuse } from './fields.ts'
import { entryOf } from './noting.ts'
import { checkProfile, normalEmail, normalUsername, takenError } from './user-rules.ts'
import { type UserView, userView, type WorkspaceView, workspaceView } from './user-view.ts'

/** Where a request comes from: shown in the list of sessions, and what limits on guessing count. */
export type Caller = { readonly address: string; readonly userAgent: string | null }

export type SignIn = Caller & {
  /** User name or e-mail address. */
  readonly login: string
  readonly password: string
  /** Tell whoever knows the right password that the account is disabled: `forbidden`, where it is otherwise `credentials.wrong`. */
  readonly tellDisabled?: boolean
}

export type SignUp = Caller & {
  /** Default: the e-mail address. */
  readonly username?: string | undefined
  readonly email: string
  readonly password: string
  readonly fullName?: string | null | undefined
  /** Default: named after the user. */
  readonly workspaceName?: string | undefined
}

export type SignedIn = {
  readonly accessToken: string
  readonly refreshToken: string
  /** Seconds. */
  readonly expiresIn: number
  readonly refreshExpiresIn: number
  readonly user: UserView
  readonly workspace: WorkspaceView
}

const LONGEST_LOGIN = 320
const LONGEST_USER_AGENT = 300
/** Stands in where nobody has the name, so that the same questions are asked of the store. */
const NOBODY = '00000000-0000-0000-0000-000000000000'

export const createSigningIn = (deps: Deps) => {
  const { store, clock, auth, settings, log } = deps
  const { people } = store

  const signIn = async ({ login, password, address, userAgent, tellDisabled = false }: SignIn): Promise<SignedIn> => {
    if (auth.passwords.isOverlong(password)) refuse([{ field: 'password', message: 'at most 256 characters' }])
    if (login.length > LONGEST_LOGIN) refuse([{ field: 'login', message: `at most ${LONGEST_LOGIN} characters` }])
    const name = normalUsername(login)
    const user = await people.userByLogin(name)
    const guess = {
      account: user?.id ?? name.toLowerCase(),
      address,
      isKnownAddress: async () =>
        (await people.listSessions(user?.id ?? NOBODY, clock.now())).some((session) => session.address === address),
    }
    let outdated = false
    let isDisabled = false
    const right = await auth.limits.guarded(guess, async () => {
      const answer = await auth.passwords.verify(password, user?.passwordHash ?? null)
      outdated = answer.outdated
      isDisabled = answer.right && user?.enabled === false
      return answer.right && user?.enabled === true
    })
    if (!right || user === null) {
      await tellRefused(user, { address, userAgent })
      log.warn('sign-in refused', { address, user_id: user?.id ?? null })
      if (isDisabled && tellDisabled) throw new DomainError('forbidden', 'The account is disabled.')
      throw new DomainError('credentials.wrong', 'User name or password is wrong, or the account is disabled.')
    }
    if (outdated) await raiseCost(user, password)
    await people.touchLogin(user.id, clock.now())
    return startSession(user, { address, userAgent })
  }

  /** A name that nobody has may be a password in the wrong field, so it is not kept; whom it concerns is the operator. */
  const tellRefused = async (user: UserRow | null, caller: Caller): Promise<void> => {
    const subject = { kind: 'user', id: user?.id ?? 'unknown' }
    const workspaceKey = user?.workspaceKey ?? FIRST_WORKSPACE
    const stranger = { kind: 'nobody', id: null, ...caller } as const
    await store.audit.append(entryOf(deps, stranger, workspaceKey, { deed: 'session.refused', subject }))
  }

  /** Only now is the password at hand. Somebody who changed the user meanwhile goes first; the next sign-in tries again. */
  const raiseCost = async (user: UserRow, password: string): Promise<void> => {
    const passwordHash = await auth.passwords.hash(password)
    await people.updateUser(user, { passwordHash }, { now: clock.now(), revokeSessions: false })
  }

  const signUp = async (input: SignUp): Promise<SignedIn> => {
    if (!settings.signUpEnabled) throw new DomainError('forbidden', 'Signing up is turned off on this server.')
    auth.limits.checkAddress(input.address)
    const email = normalEmail(input.email)
    const username = normalUsername(input.username ?? email)
    const fullName = input.fullName?.trim() || null
    const workspaceName = input.workspaceName?.trim() || (fullName ?? username)
    refuse([
      ...checkProfile({ username, email, fullName, role: 'admin' }),
      ...auth.passwords.check(input.password, [username, email]),
      ...checkLine('workspaceName', workspaceName, [1, 254]),
    ])
    const now = clock.now()
    const passwordHash = await auth.passwords.hash(input.password)
    const user = { id: newId(), username, email, fullName, passwordHash, role: 'admin', now } as const
    const workspace = { id: newId(), name: workspaceName, now }
    const actor = { kind: 'user', id: user.id, address: input.address, userAgent: input.userAgent } as const
    const note = { deed: 'user.signed_up', subject: { kind: 'user', id: user.id } } as const
    const noted = store.noting(entryOf(deps, actor, workspace.id, note))
    const made = await noted.people.createWorkspace(workspace, user)
    if ('taken' in made) {
      // The answer tells that somebody has the name: as costly to ask as a wrong password.
      auth.limits.countAgainst(input.address)
      throw takenError(made)
    }
    const row = await people.userById(user.id)
    if (row === null) throw new DomainError('conflict', 'The account was deleted meanwhile.')
    await people.touchLogin(row.id, now)
    return startSession(row, input)
  }

  const startSession = async (user: UserRow, { address, userAgent }: Caller): Promise<SignedIn> => {
    const now = clock.now()
    const id = newId()
    const refreshToken = auth.refreshTokens.create(id)
    const expiresAt = now + settings.refreshTokenSeconds * 1000
    const actor = { kind: 'user', id: user.id, address, userAgent } as const
    const note = { deed: 'session.started', subject: { kind: 'session', id } } as const
    const noted = store.noting(entryOf(deps, actor, user.workspaceKey, note))
    await noted.people.createSession({
      id,
      userId: user.id,
      createdAt: now,
      expiresAt,
      refreshHash: refreshHash(refreshToken),
      address,
      userAgent: userAgent?.slice(0, LONGEST_USER_AGENT) ?? null,
    })
    return signedIn({ ...user, lastLoginAt: now }, { id, refreshToken, expiresAt })
  }

  /** What a session's owner is handed, at the start and at each exchange of the refresh token. */
  const signedIn = async (
    user: UserRow,
    session: { readonly id: string; readonly refreshToken: string; readonly expiresAt: number },
  ): Promise<SignedIn> => {
    const workspace = await people.workspaceByKey(user.workspaceKey)
    if (workspace === null) throw new Error(`User ${user.id} has no workspace.`)
    return {
      accessToken: await auth.accessTokens.issue({ userId: user.id, sessionId: session.id }),
      refreshToken: session.refreshToken,
      expiresIn: auth.accessTokens.lifetimeSeconds,
      refreshExpiresIn: Math.max(0, Math.floor((session.expiresAt - clock.now()) / 1000)),
      user: userView(user),
      workspace: workspaceView(workspace),
    }
  }

  return { signIn, signUp, signedIn }
}
