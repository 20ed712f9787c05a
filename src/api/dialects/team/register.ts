/** `/auth/register`: an admin makes an account in its own workspace. */
import { ROLES, type Role } from '../../../domain/actor.ts'
import { DomainError } from '../../../domain/errors.ts'
import type { UserInput } from '../../../services/services.ts'
import { actorOf } from '../../routes/route.ts'
import { inScopeOf, missing, tooShort } from './auth.ts'
import { type Fields, fieldsOf, isFields, textOf } from './body.ts'
import { refusal, type SchemaFault, shapeRefusal } from './errors.ts'
import { about, type Surface, type TeamRoutes } from './surface.ts'
import { userToTeam } from './user-shape.ts'

const SHORTEST_USERNAME = 3
const LONGEST_USERNAME = 80
export const SHORTEST_PASSWORD = 6
export const ROLE_TEXT = `Role must be one of: ${ROLES.join(', ')}`

export const registerRoutes: TeamRoutes = (scope, { surface, services }) => {
  inScopeOf(surface, scope, (inner) => {
    inner.post('/auth/register', about('auth', 'Register a user', 'admin'), async (request, reply) => {
      const input =
        surface.generation === 1
          ? firstInput(fieldsOf(request))
          : secondInput(isFields(request.body) ? request.body : {})
      const user = await services.users.create(actorOf(request), input).catch(inWords(surface))
      return reply
        .code(201)
        .send(
          surface.generation === 1
            ? { message: 'User registered successfully', user: userToTeam(user) }
            : { success: true, message: 'User created successfully', user: userToTeam(user) },
        )
    })
  })
}

const roleOf = (value: unknown): Role | null => ROLES.find((role) => role === value) ?? null

/** One fault at a time, in the order of the document. */
const firstInput = (fields: Fields): UserInput => {
  const username = textOf(fields.username)
  const email = textOf(fields.email)
  const password = typeof fields.password === 'string' && fields.password !== '' ? fields.password : null
  if (username === null || email === null || password === null)
    throw refusal(400, 'Missing required fields', 'username, email and password are required.', {
      missing: Object.entries({ username, email, password }).flatMap(([name, value]) => (value === null ? [name] : [])),
    })
  if (username.length < SHORTEST_USERNAME) throw refusal(400, 'Username must be at least 3 characters long')
  if (password.length < SHORTEST_PASSWORD) throw refusal(400, 'Password must be at least 6 characters long')
  const role = fields.role === undefined ? 'viewer' : roleOf(fields.role)
  if (role === null) throw refusal(400, 'Invalid role', ROLE_TEXT)
  return { username, email, password, role }
}

/** Every fault at once. */
const secondInput = (fields: Fields): UserInput => {
  const { username, email, password } = fields
  const role = fields.role === undefined ? 'viewer' : roleOf(fields.role)
  const enabled = fields.is_active === undefined ? true : fields.is_active
  const faults: SchemaFault[] = [
    ...(typeof username === 'string' ? usernameFaults(username) : [missingOrText('username', username)]),
    ...(typeof email === 'string' ? [] : [missingOrText('email', email)]),
    ...(typeof password === 'string' ? [] : [missingOrText('password', password)]),
    ...(typeof password === 'string' && password.length < SHORTEST_PASSWORD
      ? [tooShort('password', SHORTEST_PASSWORD)]
      : []),
    ...(role === null ? [{ type: 'enum', loc: ['body', 'role'], msg: ROLE_TEXT }] : []),
    ...(typeof enabled === 'boolean'
      ? []
      : [{ type: 'bool_type', loc: ['body', 'is_active'], msg: 'Input should be a valid boolean' }]),
  ]
  if (faults.length > 0 || role === null || typeof enabled !== 'boolean')
    throw shapeRefusal({ generation: 2, prefix: '/api/v2' }, 'Validation error', faults)
  return { username: String(username).toLowerCase(), email: String(email), password: String(password), role, enabled }
}

const missingOrText = (field: string, value: unknown): SchemaFault =>
  value === undefined
    ? missing(field)
    : { type: 'string_type', loc: ['body', field], msg: 'Input should be a valid string' }

const usernameFaults = (username: string): SchemaFault[] => {
  if (username.length < SHORTEST_USERNAME) return [tooShort('username', SHORTEST_USERNAME)]
  const loc = ['body', 'username']
  if (username.length > LONGEST_USERNAME)
    return [{ type: 'string_too_long', loc, msg: `String should have at most ${LONGEST_USERNAME} characters` }]
  return /^[A-Za-z0-9_-]+$/.test(username)
    ? []
    : [{ type: 'string_pattern_mismatch', loc, msg: "String should match pattern '^[A-Za-z0-9_-]+$'" }]
}

const NAMES: Readonly<Record<string, string>> = { email: 'Email', username: 'Username', password: 'Password' }

/** What the use case refuses of an account, said per field as the document does. */
export const inWords =
  (surface: Surface, { schema = true }: { readonly schema?: boolean } = {}) =>
  (error: unknown): never => {
    const first = error instanceof DomainError ? error.errors[0] : undefined
    if (!(error instanceof DomainError) || first === undefined) throw error
    const name = NAMES[first.field] ?? first.field
    if (error.code === 'conflict') throw refusal(409, `${name} already exists`)
    if (error.code !== 'invalid') throw error
    const least = /^at least (\d+) characters$/.exec(first.message)?.[1]
    const text = least === undefined ? `${name}: ${first.message}` : `${name} must be at least ${least} characters long`
    const title = first.field === 'email' ? 'Invalid email format' : text
    if (surface.generation === 1 || !schema) throw refusal(400, title, text)
    throw shapeRefusal(
      surface,
      title,
      error.errors.map(({ field, message }) => ({ type: 'value_error', loc: ['body', field], msg: message })),
    )
  }
