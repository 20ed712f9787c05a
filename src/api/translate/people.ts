/** Users, sessions and workspaces between the wire and the use cases. */
import type { SessionView, SignedIn, UserEdit, UserInput, UserView } from '../../services/services.ts'
import type * as sessions from '../contract/sessions.ts'
import type * as wire from '../contract/users.ts'
import { instant, instantOrNull } from './values.ts'

export const userToWire = (user: UserView): wire.User => ({
  id: user.id,
  username: user.username,
  email: user.email,
  full_name: user.fullName,
  role: user.role,
  enabled: user.enabled,
  version: user.version,
  created_at: instant(user.createdAt),
  updated_at: instant(user.updatedAt),
  last_login_at: instantOrNull(user.lastLoginAt),
})

export const userInput = ({ username, email, password, full_name, role }: wire.UserCreate): UserInput => ({
  username,
  email,
  password,
  fullName: full_name,
  role,
})

export const userEdit = (edit: wire.UserUpdate): UserEdit => ({
  username: edit.username,
  email: edit.email,
  fullName: edit.full_name,
  role: edit.role,
  enabled: edit.enabled,
  password: edit.password,
  currentPassword: edit.current_password,
})

export const signedInToWire = (signedIn: SignedIn): sessions.SignedIn => ({
  access_token: signedIn.accessToken,
  token_type: 'Bearer',
  expires_in: signedIn.expiresIn,
  refresh_token: signedIn.refreshToken,
  refresh_expires_in: signedIn.refreshExpiresIn,
  user: userToWire(signedIn.user),
  workspace: { id: signedIn.workspace.id, name: signedIn.workspace.name },
})

export const sessionToWire = (session: SessionView): sessions.Session => ({
  id: session.id,
  created_at: instant(session.createdAt),
  expires_at: instant(session.expiresAt),
  address: session.address,
  user_agent: session.userAgent,
  current: session.current,
})
