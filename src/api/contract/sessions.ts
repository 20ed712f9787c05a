/** Signing in, up and out, on the wire. */
import { z } from 'zod'
import { email, fullName, password, User, username, Workspace } from './users.ts'
import { Id, Instant, strict } from './values.ts'

export const SignIn = strict({
  login: z.string().min(1).max(254).describe('User name or e-mail address.'),
  password,
}).meta({ id: 'SignIn' })
export type SignIn = z.input<typeof SignIn>

export const SignUp = strict({
  email,
  password,
  username: username.optional().describe('Default: the e-mail address.'),
  full_name: fullName.optional(),
  workspace_name: z.string().min(1).max(200).optional().describe('Default: named after the user.'),
}).meta({ id: 'SignUp' })
export type SignUp = z.input<typeof SignUp>

export const Refresh = strict({ refresh_token: z.string().min(1).max(1024) }).meta({ id: 'Refresh' })
export type Refresh = z.input<typeof Refresh>

export const SignedIn = strict({
  access_token: z.string().describe('For the header `Authorization: Bearer …`.'),
  token_type: z.literal('Bearer'),
  expires_in: z.number().describe('Seconds.'),
  refresh_token: z.string().describe('Good for one exchange; a second use of it ends the session.'),
  refresh_expires_in: z.number().describe('Seconds.'),
  user: User,
  workspace: Workspace,
}).meta({ id: 'SignedIn' })
export type SignedIn = z.infer<typeof SignedIn>

export const Session = strict({
  id: Id,
  created_at: Instant,
  expires_at: Instant,
  address: z.string().nullable(),
  user_agent: z.string().nullable(),
  current: z.boolean().describe('The session of this very request.'),
}).meta({ id: 'Session' })
export type Session = z.infer<typeof Session>

export const SessionList = strict({ items: z.array(Session) }).meta({ id: 'SessionList' })
export type SessionList = z.infer<typeof SessionList>
