/** Accounts on the wire. */
import { z } from 'zod'
import { ROLES } from '../../domain/actor.ts'
import { NextCursor, PAGE_QUERY, type QueryOf } from './paging.ts'
import { Id, Instant, strict, Version } from './values.ts'

export const Role = z.enum(ROLES)
export type Role = z.infer<typeof Role>

export const User = strict({
  id: Id,
  username: z.string(),
  email: z.string(),
  full_name: z.string().nullable(),
  role: Role,
  enabled: z.boolean(),
  version: Version,
  created_at: Instant,
  updated_at: Instant,
  last_login_at: Instant.nullable(),
}).meta({ id: 'User' })
export type User = z.infer<typeof User>

export const Workspace = strict({ id: Id, name: z.string() }).meta({ id: 'Workspace' })
export type Workspace = z.infer<typeof Workspace>

export const Me = strict({ user: User, workspace: Workspace }).meta({ id: 'Me' })
export type Me = z.infer<typeof Me>

export const username = z
  .string()
  .min(1)
  .max(64)
  .meta({ examples: ['ada'] })
export const email = z.email({ error: 'an e-mail address such as ada@example.com is needed' }).max(254)
export const fullName = z.string().max(200).nullable()
// How long is long enough is a setting of the server; here stands only what no password is.
export const password = z.string().min(1).max(256)

export const UserCreate = strict({ username, email, password, full_name: fullName.optional(), role: Role }).meta({
  id: 'UserCreate',
})
export type UserCreate = z.input<typeof UserCreate>

export const UserUpdate = strict({
  username: username.optional(),
  email: email.optional(),
  full_name: fullName.optional(),
  role: Role.optional(),
  enabled: z.boolean().optional(),
  password: password.optional(),
  current_password: password.optional().describe('Needed by who changes the own password.'),
}).meta({ id: 'UserUpdate' })
export type UserUpdate = z.input<typeof UserUpdate>

export const UserPage = strict({ items: z.array(User), next_cursor: NextCursor }).meta({ id: 'UserPage' })
export type UserPage = z.infer<typeof UserPage>

export const UserQuery = strict(PAGE_QUERY)
export type UserQuery = QueryOf<typeof UserQuery>
